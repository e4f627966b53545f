package canonical

import (
	"bytes"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"
)

type inner struct {
	Small  [3]float32
	Signed int32
	On     bool
}

type outer struct {
	Name    string
	Raw     []byte
	Numbers []float64
	Many    []inner
	Lists   [][]string
	By      map[string]int
	One     *inner
	When    time.Time
	Count   uint16
}

func draw(t *rapid.T) outer {
	in := rapid.Custom(func(t *rapid.T) inner {
		return inner{[3]float32{rapid.Float32().Draw(t, "x"), 1, -2}, rapid.Int32().Draw(t, "n"), rapid.Bool().Draw(t, "on")}
	})
	o := outer{
		Name: rapid.String().Draw(t, "name"), Raw: rapid.SliceOfN(rapid.Byte(), 1, 9).Draw(t, "raw"),
		Numbers: rapid.SliceOfN(rapid.Float64(), 1, 200).Draw(t, "numbers"), Many: rapid.SliceOfN(in, 1, 5).Draw(t, "many"),
		Lists: [][]string{{"a"}, nil, rapid.SliceOfN(rapid.String(), 1, 3).Draw(t, "list")},
		By:    rapid.MapOfN(rapid.String(), rapid.Int(), 1, 5).Draw(t, "by"),
		When:  time.Unix(rapid.Int64Range(0, 1e9).Draw(t, "when"), 0).UTC(), Count: rapid.Uint16().Draw(t, "count"),
	}
	if rapid.Bool().Draw(t, "one") {
		i := in.Draw(t, "inner")
		o.One = &i
	}
	return o
}

func TestWhatIsWrittenIsRead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := draw(t)
		b, err := Marshal(o)
		if err != nil {
			t.Fatal(err)
		}
		var back outer
		if err := Unmarshal(b, &back); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(o, back) {
			t.Fatalf("wrote %+v, read %+v", o, back)
		}
		again, err := Marshal(back)
		if err != nil || !bytes.Equal(b, again) {
			t.Fatalf("written again, it has other bytes (%v)", err)
		}
		n := rapid.IntRange(0, len(b)-1).Draw(t, "cut")
		if err := Unmarshal(b[:n], new(outer)); err == nil {
			t.Fatalf("no error for %d of %d bytes", n, len(b))
		}
		if err := Unmarshal(append(b, 0), new(outer)); err == nil {
			t.Fatal("no error for a byte too many")
		}
	})
}

func TestWhatCannotBeWritten(t *testing.T) {
	for _, v := range []any{nil, struct{ hidden int }{1}, func() {}, []any{1}} {
		if _, err := Marshal(v); err == nil {
			t.Errorf("no error for %T", v)
		}
	}
	if err := Unmarshal([]byte{1}, 5); err == nil {
		t.Error("no error for what is no pointer")
	}
}

func FuzzReading(f *testing.F) {
	b, err := Marshal(outer{Name: "x", Numbers: []float64{1}, By: map[string]int{"a": 1}})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		var o outer
		if Unmarshal(b, &o) == nil {
			if _, err := Marshal(o); err != nil {
				t.Errorf("what was read cannot be written: %v", err)
			}
		}
	})
}
