// The Go cell: one workload under one concurrency model of Go, driven over docs/PROTOCOL.md, with nothing but Go's own library.
//
// work.go has what is done, runners.go how, and talk.go what is heard and said. This file puts them together.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"time"
)

// cell is what a `start` has made.
type cell struct {
	work *work
	run  func(*work) outcome
}

// hello says what this program is.
func hello() message {
	runners := []message{}
	for _, each := range allRunners {
		runners = append(runners, message{
			"name": each.name, "model": each.model, "parallelism": each.parallelism,
			"about": each.about, "workloads": workloads,
		})
	}
	return message{"say": "hello", "protocol": version, "language": "Go", "version": runtime.Version(), "runners": runners}
}

// start builds what the model keeps between runs.
func (c *cell) start(asked start) (message, error) {
	if asked.Protocol != version {
		return nil, unavailable("this cell speaks protocol %d, not %d", version, asked.Protocol)
	}
	if asked.ProfileLog != nil {
		return nil, unavailable("Go's cells record no profiles")
	}
	for name := range asked.Options {
		return nil, unavailable("there is no option %q in Go's cells", name)
	}
	work, err := newWork(asked)
	if err != nil {
		return nil, err
	}
	for _, each := range allRunners {
		if each.name == asked.Runner {
			begin := time.Now()
			run, err := each.start(work, int(asked.Workers))
			if err != nil {
				return nil, err
			}
			c.work, c.run = work, run
			return message{"say": "ready", "start_ns": time.Since(begin).Nanoseconds(), "version": runtime.Version()}, nil
		}
	}
	return nil, unavailable("there is no runner %q in Go's cells", asked.Runner)
}

// sample carries out every task once.
func (c *cell) sample() (message, error) {
	if c.run == nil {
		return nil, crash("`run` came before a `start` that went well")
	}
	c.work.begin()
	begin := time.Now()
	outcome := c.run(c.work)
	wall := time.Since(begin).Nanoseconds()
	if outcome.err != nil {
		return nil, outcome.err
	}
	return message{
		"say": "sample", "tasks": c.work.tasks, "checksum": checksum(outcome.results), "workers_seen": outcome.workers,
		"wall_ns": wall, "timings": c.work.timings(), "source": message{"wall": "go-monotonic"},
	}, nil
}

func (c *cell) answer(line []byte) (message, error) {
	var asked start
	if err := json.Unmarshal(line, &asked); err != nil {
		return nil, crash("the driver sent what is no message: %v", err)
	}
	switch asked.Do {
	case "hello":
		return hello(), nil
	case "start":
		return c.start(asked)
	case "run":
		return c.sample()
	}
	return nil, crash("the driver sent `%s`, which is not of the protocol", asked.Do)
}

func main() {
	// What anything else prints goes to standard error.
	answers := os.Stdout
	os.Stdout = os.Stderr
	lines := bufio.NewReaderSize(os.Stdin, 1<<16)
	var c cell
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			return
		}
		answer, failed := c.answer(line)
		if failed != nil {
			answer = errorMessage(failed)
		}
		said, err := json.Marshal(answer)
		if err != nil {
			fmt.Fprintln(os.Stderr, "go cell:", err)
			os.Exit(1)
		}
		if _, err := answers.Write(append(said, '\n')); err != nil {
			return
		}
	}
}
