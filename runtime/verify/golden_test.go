package verify

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"viva/internal/golden"
	"viva/runtime/record"
)

func specimen(t *testing.T) *Certificate {
	a := edited(t, func(r *record.Run) {
		r.Provenance = record.Provenance{Tool: "viva 1.0", Go: "1.26.8", Engine: "yaegi 0.16.1", OS: "linux", Arch: "amd64", CPU: "A | B", Cores: 4, Memory: 8 << 30, Commit: "abc", Dirty: true}
		r.Duration = 1234567 * time.Microsecond
	})
	b := edited(t, func(r *record.Run) {
		r.Started = time.Date(2026, 3, 2, 8, 30, 0, 0, time.UTC)
		r.Provenance = a.Provenance
		r.Provenance.Engine, r.Provenance.Arch = "go 1.26.8", "arm64"
		r.Inlines[0].Text = "0.66670000000001"
		r.Cells[0].Outputs[0].Table.Rows[1][1].Number = new(float64)
		r.Cells[0].Outputs[3].Text = "loss *0.25*\nloss 0.125\n"
	})
	c := compare(t, a, b)
	c.Record = "1234"
	c.Binary = Binary{SHA256: "5678", Module: "viva", Version: "v1.0.0", Revision: "def", Go: "go1.26.8"}
	return c
}

func TestCertificatesRead(t *testing.T) {
	golden.Equal(t, "testdata/different.md", specimen(t).Markdown())
	changed := Changed(sample(), "ff00", time.Date(2026, 3, 2, 8, 30, 0, 0, time.UTC), DefaultTolerance)
	golden.Equal(t, "testdata/changed.md", changed.Markdown())
	if changed.Verdict != Different {
		t.Errorf("a notebook that has changed is %s", changed.Verdict)
	}
}

// The JSON form holds all that the certificate says.
func TestCertificatesKeepTheirContentAsJSON(t *testing.T) {
	c := specimen(t)
	b, err := c.JSON()
	if err != nil {
		t.Fatal(err)
	}
	var back Certificate
	if err := json.Unmarshal(b, &back); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(*c, back) {
		t.Errorf("%+v\nbecame\n%+v", *c, back)
	}
}
