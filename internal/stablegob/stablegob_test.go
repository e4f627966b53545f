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
	f.Fuzz(func(t *testing.T, b []byte) {
		if out, err := renumber(b); err == nil {
			again, err := renumber(out)
			if err != nil || !bytes.Equal(again, out) {
				t.Errorf("what was renumbered is not its own renumbering: %v", err)
			}
		}
	})
}
