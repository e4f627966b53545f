package nearest

import "testing"

func TestName(t *testing.T) {
	options := []string{"label", "fig-cap", "fig-alt", "tbl-cap", "echo", "fold", "eval", "timeout"}
	for _, c := range []struct{ name, want string }{
		{"lable", "label"},
		{"figcap", "fig-cap"},
		{"fig-cpa", "fig-cap"},
		{"ehco", "echo"},
		{"time", ""},
		{"x", ""},
		{"colour", ""},
	} {
		if got := Name(c.name, options); got != c.want {
			t.Errorf("Name(%q) = %q, want %q", c.name, got, c.want)
		}
	}
}
