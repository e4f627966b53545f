package engine

import (
	"testing"

	"viva/mlkit/trace"
)

// What a cell read of the environment is compared by its value, so that a cell
// that failed for want of data runs again where the data is named.
func TestVariablesAreInputs(t *testing.T) {
	path := trace.Variable("VIVA_TEST_VARIABLE")
	sign := func(value string) string {
		t.Helper()
		t.Setenv("VIVA_TEST_VARIABLE", value)
		sum, latest, err := signatureOf(path)
		if err != nil || !latest.IsZero() {
			t.Fatalf("%v, %v", latest, err)
		}
		return sum
	}
	one := sign("one")
	k := keptTrace{Inputs: []string{path}, Signatures: []string{one}}
	if changed := k.changed(); len(changed) != 0 {
		t.Errorf("changed: %q", changed)
	}
	if sign("two") == one || len(k.changed()) != 1 {
		t.Error("another value passes for the same")
	}
	s := &Session{}
	s.read([]string{"a.csv", path})
	if got := s.Inputs(); len(got) != 1 || got[0] != "a.csv" {
		t.Errorf("to be watched: %q", got)
	}
}
