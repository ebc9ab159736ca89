// What is heard and said: the messages of docs/PROTOCOL.md, errors and the checksum.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"syscall"
)

const version = 1

// Latencies that are told one by one, at most. Of more every n-th is.
const mostTimings = 50_000

type message map[string]any

// start is what the driver says; of `hello` and `run` only the first field is there.
type start struct {
	Do         string                     `json:"do"`
	Protocol   int                        `json:"protocol"`
	Workload   string                     `json:"workload"`
	Params     map[string]json.RawMessage `json:"params"`
	Runner     string                     `json:"runner"`
	Workers    uint32                     `json:"workers"`
	Options    map[string]json.RawMessage `json:"options"`
	Server     *string                    `json:"server"`
	ProfileLog *string                    `json:"profile_log"`
}

// number returns a parameter that is a whole number.
func (s start) number(name string) (int, error) {
	var value uint32
	raw, there := s.Params[name]
	if !there {
		return 0, unavailable("the parameter `%s` is missing", name)
	}
	// A wider number is a pointer to nothing that this cell could do in time.
	if err := json.Unmarshal(raw, &value); err != nil {
		return 0, unavailable("the parameter `%s` is no whole number that fits: %s", name, raw)
	}
	return int(value), nil
}

// failure is what becomes an `error` message.
type failure struct{ kind, text string }

func (f failure) Error() string { return f.text }

func unavailable(text string, values ...any) error {
	return failure{"unavailable", fmt.Sprintf(text, values...)}
}

func crash(text string, values ...any) error {
	return failure{"crash", fmt.Sprintf(text, values...)}
}

// taskFailed returns the failure of a task.
func taskFailed(index int, err error) error {
	kind := "crash"
	if errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE) {
		kind = "limit"
	}
	return failure{kind, fmt.Sprintf("task %d: %v", index, err)}
}

func errorMessage(err error) message {
	var known failure
	if errors.As(err, &known) {
		return message{"say": "error", "kind": known.kind, "message": known.text}
	}
	return message{"say": "error", "kind": "crash", "message": err.Error()}
}

func checksum(results []uint64) uint64 {
	var sum uint64
	for index, result := range results {
		sum += (result + 0x9E3779B97F4A7C15) * (2*uint64(index) + 1)
	}
	return sum
}

// some returns latencies, every n-th of them if there are too many for a message.
func some(latencies []int64) []int64 {
	step := len(latencies)/mostTimings + 1
	if step == 1 {
		return latencies
	}
	var kept []int64
	for place := 0; place < len(latencies); place += step {
		kept = append(kept, latencies[place])
	}
	return kept
}
