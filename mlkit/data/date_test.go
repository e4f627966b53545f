package data_test

import (
	"path/filepath"
	"testing"
	"time"

	"viva/mlkit/data"
)

func TestTimesOfTables(t *testing.T) {
	for _, tc := range []struct{ value, want string }{
		{"1993-04-22T15:31:49+02:00", "1993-04-22T13:31:49Z"}, {"1993-04-22 15:31:49", "1993-04-22T15:31:49Z"}, {"1993-04-22", "1993-04-22T00:00:00Z"},
		{"19930422", "1993-04-22T00:00:00Z"}, {"1993", "1993-01-01T00:00:00Z"}, {"735492709", "1993-04-22T15:31:49Z"}, {"735492709000", "1993-04-22T15:31:49Z"},
		{"735492709.0", "1993-04-22T15:31:49Z"}, {"22 Apr 93 15:31", "1993-04-22T15:31:00Z"}, {"17", ""}, {"soon", ""}, {"1993-02-30", ""}, {"", ""},
	} {
		c := open(t, filepath.Join(folder(t, map[string]string{"c.csv": "text,label,timestamp\none,x," + tc.value + "\n"}), "c.csv"), data.Options{})
		got := ""
		if d := c.At(0); !d.Time.IsZero() {
			got = d.Time.Format(time.RFC3339)
		}
		if got != tc.want {
			t.Errorf("%q is %q, want %q", tc.value, got, tc.want)
		}
		if tc.want == "" && tc.value != "" {
			warned(t, c, "1 date could not be read")
		}
	}
}
