package main

import (
	"errors"
	"flag"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"viva/runtime/notebook"
)

// paramFlag gathers -p name=value.
type paramFlag map[string]string

func (p paramFlag) String() string { return "" }

func (p paramFlag) Set(s string) error {
	name, value, ok := strings.Cut(s, "=")
	if !ok || name == "" {
		return fmt.Errorf("%q is not NAME=VALUE", s)
	}
	if _, twice := p[name]; twice {
		return fmt.Errorf("%s is set twice", name)
	}
	p[name] = value
	return nil
}

// sizeFlag is a number of bytes with a unit.
type sizeFlag uint64

func (s *sizeFlag) String() string { return "" }

func (s *sizeFlag) Set(text string) error {
	units := []struct {
		name   string
		factor float64
	}{{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"TiB", 1 << 40}, {"KB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"TB", 1e12}, {"B", 1}}
	number, factor := text, 0.0
	for _, u := range units {
		if n, ok := strings.CutSuffix(text, u.name); ok {
			number, factor = n, u.factor
			break
		}
	}
	x, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
	if err != nil || factor == 0 || !(x*factor >= 1<<20) || x*factor > math.MaxInt64 {
		return fmt.Errorf("%q is not a size; write for example 512MiB or 4GiB", text)
	}
	*s = sizeFlag(x * factor)
	return nil
}

// engineFlag names an engine.
type engineFlag string

func (e *engineFlag) String() string { return "" }

func (e *engineFlag) Set(name string) error {
	if !slices.Contains(notebook.Engines, name) {
		return fmt.Errorf("%q is no engine; the engines are %s", name, strings.Join(notebook.Engines, ", "))
	}
	*e = engineFlag(name)
	return nil
}

// parseArgs reads flags that may stand before, between and behind the other
// arguments, and returns the others.
func parseArgs(flags *flag.FlagSet, args []string) ([]string, error) {
	var rest []string
	for {
		if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
			return nil, err
		} else if err != nil {
			return nil, usageError{err}
		}
		consumed := args[:len(args)-flags.NArg()]
		if len(consumed) > 0 && consumed[len(consumed)-1] == "--" {
			return append(rest, flags.Args()...), nil
		}
		if flags.NArg() == 0 {
			return slices.Clip(rest), nil
		}
		rest = append(rest, flags.Arg(0))
		args = flags.Args()[1:]
	}
}
