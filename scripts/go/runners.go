// How it is done: the concurrency models of Go.
package main

import (
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
)

// outcome is what came of a run: a result for each task.
type outcome struct {
	results []uint64
	workers int
	err     error
}

type runner struct {
	name, model, parallelism, about string
	// Builds what the model keeps between runs.
	start func(w *work, workers int) (func(*work) outcome, error)
}

var allRunners = []runner{
	{"sequential", "sequential", "one", "one task after the other in Go", startSequential},
	{"goroutines", "async", "per-task", "a goroutine for each task, all at once, on GOMAXPROCS threads", startGoroutines},
	{"pool", "thread-pool", "workers", "W long-lived goroutines that take tasks from a channel", startPool},
	{"maxprocs", "scoped", "workers", "GOMAXPROCS = W, and W goroutines that take the next task by a shared counter", startMaxprocs},
}

func startSequential(w *work, _ int) (func(*work) outcome, error) {
	if w.together {
		return nil, unavailable("its tasks must be in progress all at once, and one after the other they are not")
	}
	return func(w *work) outcome {
		results := make([]uint64, w.tasks)
		for index := range results {
			result, err := w.task(index)
			if err != nil {
				return outcome{err: taskFailed(index, err)}
			}
			results[index] = result
		}
		return outcome{results, min1(w.tasks), nil}
	}, nil
}

func startGoroutines(*work, int) (func(*work) outcome, error) {
	return func(w *work) outcome {
		results, threads := make([]uint64, w.tasks), make([]int, w.tasks)
		var failed first
		var all sync.WaitGroup
		all.Add(w.tasks)
		for index := range results {
			go func(index int) {
				defer all.Done()
				threads[index] = syscall.Gettid()
				result, err := w.task(index)
				failed.note(index, err)
				results[index] = result
			}(index)
		}
		all.Wait()
		distinct := map[int]bool{}
		for _, thread := range threads {
			distinct[thread] = true
		}
		return outcome{results, len(distinct), failed.err}
	}, nil
}

func startPool(w *work, workers int) (func(*work) outcome, error) {
	if w.together && workers < w.tasks {
		return nil, unavailable("its %d tasks must be in progress all at once: give it as many workers", w.tasks)
	}
	type job struct {
		run   func(index int)
		index int
	}
	jobs := make(chan job)
	seen := make([]int32, workers)
	for worker := 0; worker < workers; worker++ {
		go func(worker int) {
			for each := range jobs {
				atomic.StoreInt32(&seen[worker], 1)
				each.run(each.index)
			}
		}(worker)
	}
	return func(w *work) outcome {
		results := make([]uint64, w.tasks)
		for worker := range seen {
			atomic.StoreInt32(&seen[worker], 0)
		}
		var failed first
		var all sync.WaitGroup
		all.Add(w.tasks)
		run := func(index int) {
			defer all.Done()
			result, err := w.task(index)
			failed.note(index, err)
			results[index] = result
		}
		for index := range results {
			jobs <- job{run, index}
		}
		all.Wait()
		return outcome{results, count(seen), failed.err}
	}, nil
}

func startMaxprocs(w *work, workers int) (func(*work) outcome, error) {
	if w.together && workers < w.tasks {
		return nil, unavailable("its %d tasks must be in progress all at once: give it as many workers", w.tasks)
	}
	runtime.GOMAXPROCS(workers)
	return func(w *work) outcome {
		results, seen := make([]uint64, w.tasks), make([]int32, workers)
		var next int64
		var failed first
		var all sync.WaitGroup
		all.Add(workers)
		for worker := 0; worker < workers; worker++ {
			go func(worker int) {
				defer all.Done()
				for {
					index := int(atomic.AddInt64(&next, 1)) - 1
					if index >= w.tasks {
						return
					}
					seen[worker] = 1
					result, err := w.task(index)
					failed.note(index, err)
					results[index] = result
				}
			}(worker)
		}
		all.Wait()
		return outcome{results, count(seen), failed.err}
	}, nil
}

// first keeps the first failure.
type first struct {
	once sync.Once
	err  error
}

func (f *first) note(index int, err error) {
	if err != nil {
		f.once.Do(func() { f.err = taskFailed(index, err) })
	}
}

func count(seen []int32) int {
	sum := 0
	for worker := range seen {
		sum += int(atomic.LoadInt32(&seen[worker]))
	}
	return sum
}

func min1(tasks int) int {
	if tasks > 0 {
		return 1
	}
	return 0
}
