package stablegob

import (
	"bytes"
	"encoding/gob"
	"os"
	"os/exec"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"
)

type leaf struct {
	Name  string
	Flags [3]bool
	Deep  map[string][]float32
}

type tree struct {
	Words  []string
	Leaves []*leaf
	Time   time.Time // a marshaler of its own
	Sparse []struct{ Row, Column int64 }
	Bytes  []byte
	Weight float64
}

var example = tree{
	Words: []string{"a", "b"}, Leaves: []*leaf{{Name: "x", Deep: map[string][]float32{"k": {1, 2}}}},
	Time: time.Unix(1e9, 0).UTC(), Sparse: []struct{ Row, Column int64 }{{1, -2}}, Bytes: make([]byte, 300), Weight: 0.5,
}

// A process that has met other types before, more than a byte counts, writes the
// same bytes.
func TestBytesDoNotDependOnWhatWasEncodedBefore(t *testing.T) {
	if os.Getenv("STABLEGOB") == "write" {
		b, err := Encode(example)
		if err != nil {
			t.Fatal(err)
		}
		os.Stdout.Write(b)
		os.Exit(0)
	}
	var others []any
	typ := reflect.TypeOf(0)
	for range 200 {
		typ = reflect.SliceOf(typ)
		others = append(others, reflect.MakeSlice(typ, 0, 0).Interface())
	}
	for _, o := range others {
		if err := gob.NewEncoder(&bytes.Buffer{}).Encode(o); err != nil {
			t.Fatal(err)
		}
	}
	here, err := Encode(example)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0], "-test.run", "^"+t.Name()+"$")
	cmd.Env = append(os.Environ(), "STABLEGOB=write")
	there, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(here, there) {
		t.Errorf("%d bytes here and %d in a new process differ", len(here), len(there))
	}
	var plain bytes.Buffer
	if err := gob.NewEncoder(&plain).Encode(example); err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(plain.Bytes(), here) {
		t.Error("gob itself gave these bytes: the test did not give its types other numbers")
	}
}

type labelled struct {
	Weights map[string]float64
	// Nested is of everything that gob has another form for.
	Nested  map[int]map[[2]bool][]leaf
	Times   map[string]time.Time
	Complex map[complex128]struct{ A, B uint8 }
	Next    *labelled
	Words   []string
}

func newLabelled(n int) labelled {
	l := labelled{
		Weights: map[string]float64{}, Nested: map[int]map[[2]bool][]leaf{}, Times: map[string]time.Time{}, Complex: map[complex128]struct{ A, B uint8 }{},
		Words: []string{"b", "a"},
	}
	for i := range n {
		name := string(rune('a'+i%26)) + time.Duration(i).String()
		l.Weights[name] = float64(i) / 3
		l.Nested[-i] = map[[2]bool][]leaf{{true, false}: {{Name: name, Deep: map[string][]float32{"x": {1}, "y": nil, "z": {2, 3}}}}, {false, true}: {{}}, {}: {}}
		l.Times[name] = time.Unix(int64(i), 0).UTC()
		l.Complex[complex(float64(i), -1)] = struct{ A, B uint8 }{uint8(i), 200}
	}
	return l
}

// Maps are gone through in another order each time.
func TestMapsAreWrittenInOrder(t *testing.T) {
	inner := newLabelled(5)
	outer := newLabelled(20)
	outer.Next = &inner
	for name, v := range map[string]any{"struct": outer, "list": []labelled{inner, outer}, "map": outer.Weights, "map of maps": outer.Nested} {
		t.Run(name, func(t *testing.T) {
			first, err := Encode(v)
			if err != nil {
				t.Fatal(err)
			}
			for range 20 {
				again, err := Encode(v)
				if err != nil {
					t.Fatal(err)
				}
				if !bytes.Equal(first, again) {
					t.Fatal("the same value has other bytes")
				}
			}
			var plain bytes.Buffer
			if err := gob.NewEncoder(&plain).Encode(v); err != nil {
				t.Fatal(err)
			}
			want, got := reflect.New(reflect.TypeOf(v)), reflect.New(reflect.TypeOf(v))
			if err := gob.NewDecoder(&plain).DecodeValue(want); err != nil {
				t.Fatal(err)
			}
			if err := gob.NewDecoder(bytes.NewReader(first)).DecodeValue(got); err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got.Interface(), want.Interface()) {
				t.Errorf("%+v was read as %+v", want, got)
			}
		})
	}
	if _, err := Encode(struct {
		A map[string]int
		B any
	}{map[string]int{"a": 1}, 1}); err == nil {
		t.Error("no error for an interface beside a map")
	}
}

func TestGobReadsWhatIsWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := tree{
			Words: rapid.SliceOfN(rapid.String(), 1, 5).Draw(t, "words"),
			Bytes: rapid.SliceOfN(rapid.Byte(), 1, 400).Draw(t, "bytes"), Weight: rapid.Float64().Draw(t, "weight"),
			Time: time.Unix(rapid.Int64Range(0, 1e10).Draw(t, "time"), 0).UTC(),
		}
		for _, name := range want.Words {
			want.Leaves = append(want.Leaves, &leaf{Name: name, Deep: map[string][]float32{name: {1}}})
			want.Sparse = append(want.Sparse, struct{ Row, Column int64 }{int64(len(name)), -1 << 40})
		}
		b, err := Encode(want)
		if err != nil {
			t.Fatal(err)
		}
		var got tree
		if err := gob.NewDecoder(bytes.NewReader(b)).Decode(&got); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("%+v was read as %+v", want, got)
		}
	})
}

func FuzzRenumber(f *testing.F) {
	b, err := Encode(example)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add(b[:len(b)/2])
	if b, err = Encode(newLabelled(2)); err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Fuzz(func(t *testing.T, b []byte) {
		if out, err := renumber(b); err == nil {
			again, err := renumber(out)
			if err != nil || !bytes.Equal(again, out) {
				t.Errorf("what was renumbered is not its own renumbering: %v", err)
			}
		}
	})
}
