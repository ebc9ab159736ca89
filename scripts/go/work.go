// What is done: the workloads of docs/PROTOCOL.md.
package main

import (
	"bytes"
	"fmt"
	"net"
	"runtime"
	"sync/atomic"
	"syscall"
	"time"
)

var workloads = []string{"primes", "counting", "switch", "empty", "sleep", "block", "echo", "convoy", "request"}

// work is a workload with its parameters.
type work struct {
	tasks int
	// Whether all tasks must be in progress at once.
	together bool
	task     func(index int) (uint64, error)
	begin    func()
	timings  func() map[string][]int64
}

func newWork(asked start) (*work, error) {
	made := &work{begin: func() {}, timings: func() map[string][]int64 { return map[string][]int64{} }}
	var broken error
	number := func(name string) int {
		value, err := asked.number(name)
		if err != nil && broken == nil {
			broken = err
		}
		return value
	}
	pause := func(wait func(time.Duration)) {
		duration := time.Duration(number("wait_us")) * time.Microsecond
		made.task = func(index int) (uint64, error) {
			wait(duration)
			return uint64(index), nil
		}
	}
	switch asked.Workload {
	case "primes":
		primes(made, asked, number)
	case "counting":
		from := number("from")
		made.task = func(int) (uint64, error) { return countDown(uint64(from)), nil }
	case "switch":
		yields := number("yields")
		made.task = func(int) (uint64, error) {
			yielded := uint64(0)
			for ; yielded < uint64(yields); yielded++ {
				runtime.Gosched()
			}
			return yielded, nil
		}
	case "empty":
		made.task = func(index int) (uint64, error) { return uint64(index), nil }
	case "sleep":
		pause(time.Sleep)
	case "block":
		pause(block)
	case "echo":
		made.tasks = number("connections")
		if err := echo(made, asked, number); err != nil {
			return nil, err
		}
	case "convoy":
		if err := convoy(made, asked, number); err != nil {
			return nil, err
		}
	case "request":
		made.tasks = number("requests")
		request(made, asked, number)
	default:
		return nil, unavailable("there is no workload %q in Go's cells", asked.Workload)
	}
	if made.tasks == 0 && asked.Workload != "echo" && asked.Workload != "request" {
		if _, hasPreset := made.preset(asked); hasPreset {
			made.tasks = 5 * len(known13)
		} else {
			made.tasks = number("tasks")
		}
	}
	return made, broken
}

func (w *work) preset(asked start) (string, bool) {
	name := string(asked.Params["preset"])
	return name, asked.Workload == "primes" && name != "" && name != "null"
}

var known13 = [...]uint64{
	1116281, 1297337, 104395303, 472882027, 533000389, 817504243, 982451653, 112272535095293, 112582705942171,
	112272535095293, 115280095190773, 115797848077099, 1099726899285419,
}

func isPrime(n uint64) bool {
	if n < 3 || n%2 == 0 {
		return n == 2
	}
	for divisor := uint64(3); divisor*divisor <= n; divisor += 2 {
		if n%divisor == 0 {
			return false
		}
	}
	return true
}

func primes(made *work, asked start, number func(string) int) {
	if _, hasPreset := made.preset(asked); hasPreset {
		made.task = func(index int) (uint64, error) {
			if isPrime(known13[index%len(known13)]) {
				return 1, nil
			}
			return 0, nil
		}
		return
	}
	first, length, tasks := number("start"), number("length"), number("tasks")
	made.task = func(index int) (uint64, error) {
		count := uint64(0)
		for n := first + index*length/tasks; n < first+(index+1)*length/tasks; n++ {
			if isPrime(uint64(n)) {
				count++
			}
		}
		return count, nil
	}
}

// countDown takes one step after the other: the compiler must not work out their number.
//
//go:noinline
func countDown(from uint64) uint64 {
	steps := uint64(0)
	for ; from > 0; from-- {
		steps++
	}
	return steps
}

// block waits in a system call of which the scheduler knows nothing but that it is one.
func block(duration time.Duration) {
	wait := syscall.NsecToTimespec(duration.Nanoseconds())
	for syscall.Nanosleep(&wait, &wait) == syscall.EINTR {
	}
}

const alphabet = "abcdefghijklmnopqrstuvwxyz"

// talk makes round trips on a connection of its own, and returns the sum of all bytes of all replies.
func talk(server string, index, roundTrips, length int, latencies []int64) (uint64, error) {
	connection, err := net.Dial("tcp", server)
	if err != nil {
		return 0, err
	}
	// Go sets TCP_NODELAY by itself.
	defer connection.Close()
	request, reply, sum := make([]byte, length), make([]byte, length), uint64(0)
	for turn := 0; turn < roundTrips; turn++ {
		for place := range request {
			request[place] = alphabet[(index+turn+place)%len(alphabet)]
		}
		request[length-1] = '\n'
		sent := time.Now()
		if _, err := connection.Write(request); err != nil {
			return 0, err
		}
		for had := 0; had < length; {
			more, err := connection.Read(reply[had:])
			if err != nil {
				return 0, fmt.Errorf("after %d of %d bytes: %w", had, length, err)
			}
			had += more
		}
		latencies[turn] = time.Since(sent).Nanoseconds()
		if !bytes.Equal(reply, bytes.ToUpper(request)) {
			return 0, fmt.Errorf("wrong reply to request %d: %.60q", turn, reply)
		}
		for _, each := range reply {
			sum += uint64(each)
		}
	}
	return sum, nil
}

func address(asked start) (string, error) {
	if asked.Server == nil {
		return "", unavailable("`%s` needs a server, and none is named", asked.Workload)
	}
	return *asked.Server, nil
}

func echo(made *work, asked start, number func(string) int) error {
	server, err := address(asked)
	roundTrips, length := number("round_trips"), number("bytes")
	latencies := make([]int64, made.tasks*roundTrips)
	made.task = func(index int) (uint64, error) {
		return talk(server, index, roundTrips, length, latencies[index*roundTrips:(index+1)*roundTrips])
	}
	made.timings = func() map[string][]int64 { return map[string][]int64{"round_trip_ns": some(latencies)} }
	return err
}

func convoy(made *work, asked start, number func(string) int) error {
	server, err := address(asked)
	beside, roundTrips, length := number("beside"), number("round_trips"), number("bytes")
	made.tasks, made.together = 1+beside, beside > 0
	latencies := make([]int64, roundTrips)
	var started, done int32
	made.begin = func() { started, done = 0, 0 }
	made.task = func(index int) (uint64, error) {
		if index > 0 {
			atomic.AddInt32(&started, 1)
			for atomic.LoadInt32(&done) == 0 {
				if !isPrime(1_000_003) {
					return 0, fmt.Errorf("1000003 is prime")
				}
			}
			return uint64(index), nil
		}
		defer atomic.StoreInt32(&done, 1)
		for int(atomic.LoadInt32(&started)) < beside {
			time.Sleep(200 * time.Microsecond)
		}
		return talk(server, 0, roundTrips, length, latencies)
	}
	made.timings = func() map[string][]int64 { return map[string][]int64{"round_trip_ns": some(latencies)} }
	return err
}

const (
	factor = 6364136223846793005
	term   = 1442695040888963407
	// Pieces in a millisecond where nobody has measured it.
	guess = 40_000
)

//go:noinline
func piece(index uint64) uint64 {
	a, b, c, d := 4*index, 4*index+1, 4*index+2, 4*index+3
	for step := 0; step < 8; step++ {
		a, b, c, d = a*factor+term, b*factor+term, c*factor+term, d*factor+term
	}
	return a + b + c + d
}

func request(made *work, asked start, number func(string) int) {
	steps, perMs := number("steps"), guess
	if raw, there := asked.Params["pieces_per_ms"]; there && string(raw) != "null" {
		perMs = number("pieces_per_ms")
	}
	pieces, wait := number("cpu_us")*perMs/1000, number("wait_us")
	part := func(whole, turn int) int { return whole*(turn+1)/steps - whole*turn/steps }
	latencies := make([]int64, made.tasks)
	made.task = func(index int) (uint64, error) {
		begin, result := time.Now(), uint64(0)
		for turn := 0; turn < steps; turn++ {
			result = piece(uint64(index))
			for more := 1; more < part(pieces, turn); more++ {
				if piece(uint64(index)) != result {
					return 0, fmt.Errorf("a piece of computing gave another result")
				}
			}
			if pause := part(wait, turn); pause > 0 {
				time.Sleep(time.Duration(pause) * time.Microsecond)
			}
		}
		latencies[index] = time.Since(begin).Nanoseconds()
		return result, nil
	}
	made.timings = func() map[string][]int64 { return map[string][]int64{"task_ns": some(latencies)} }
}
