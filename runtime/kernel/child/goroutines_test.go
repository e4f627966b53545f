package child

import (
	"slices"
	"testing"
)

func TestStillRunNamesEachLineOnce(t *testing.T) {
	for want, lines := range map[string][]int{
		"1 goroutine still runs: started on line 4":         {4},
		"3 goroutines still run: started on line 4":         {4, 4, 4},
		"3 goroutines still run: started on lines 4, 9":     {4, 4, 9},
		"3 goroutines still run: started on lines 4, 9, 12": {4, 9, 12},
	} {
		before := slices.Clone(lines)
		if got := StillRun(lines); got != want || !slices.Equal(before, lines) {
			t.Errorf("%v: %q, want %q", before, got, want)
		}
	}
}
