package main

import (
	"math"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
)

func TestSlope(t *testing.T) {
	if got := slope([]float64{3, 5, 7, 9}); math.Abs(got-2) > 1e-12 {
		t.Errorf("a line that rises by 2 has slope %v", got)
	}
	if got := slope([]float64{4, 4, 4}); got != 0 {
		t.Errorf("a level line has slope %v", got)
	}
}

func TestFootprintIsThatOfTheProcess(t *testing.T) {
	f, err := footprintOf(os.Getpid())
	if runtime.GOOS != "linux" {
		t.Skip("there is no /proc here")
	}
	if err != nil || f.program < 1 || f.pss < 1 || f.kernel != 0 {
		t.Errorf("%+v, %v", f, err)
	}
	if !slices.Contains(children(os.Getppid()), os.Getpid()) {
		t.Error("this process is not among its parent's children")
	}
}

// A mistake is one, and what was there stands again after it.
func TestMistakesAreRepaired(t *testing.T) {
	folder := t.TempDir()
	e := newEditor(small(""), folder)
	if err := e.lay(folder); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ kind, want string }{{"code", `0 * len("w`}, {"mistake", `0 * len(mistaken_w`}, {"code", `0 * len("w`}} {
		if err := e.save(c.kind); err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(e.path(folder))
		if err != nil || !strings.Contains(string(b), c.want) {
			t.Errorf("after %s there is no %q: %v", c.kind, c.want, err)
		}
	}
}

func TestASessionIsSummedUp(t *testing.T) {
	var all []footprint
	for i := range 201 {
		f := footprint{program: 10, kernel: 20, pss: 25}
		if i > 100 {
			f.kernel += 0.5 * float64(i-100)
		}
		all = append(all, f)
	}
	got := map[string]float64{}
	for _, r := range sum(all, []float64{1, 1, 1, 1, 9}, work{restarts: 2}) {
		got[r.Name] = r.Value
	}
	for name, want := range map[string]float64{"slope": 50, "program_slope": 0, "kernel_slope": 50, "peak_rss_mib": 80, "kernel_restarts": 2, "first_prose_ms": 1, "last_prose_ms": 9} {
		if math.Abs(got[name]-want) > 1e-9 {
			t.Errorf("%s is %v, want %v", name, got[name], want)
		}
	}
}
