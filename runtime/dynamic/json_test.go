package dynamic

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"
)

type Level int

func (l Level) MarshalText() ([]byte, error) {
	if l < 0 {
		return nil, errors.New("no such level")
	}
	return fmt.Appendf(nil, "L%d", int(l)), nil
}

func (l *Level) UnmarshalText(text []byte) error {
	_, err := fmt.Sscanf(string(text), "L%d", (*int)(l))
	return err
}

type Stamp struct{ n int }

func (s *Stamp) MarshalJSON() ([]byte, error) { return fmt.Appendf(nil, `{"stamp": %d}`, s.n), nil }

func (s *Stamp) UnmarshalJSON(data []byte) error {
	var x struct{ Stamp int }
	err := json.Unmarshal(data, &x)
	s.n = x.Stamp
	return err
}

type meta struct {
	Created time.Duration `json:"created"`
	ID      int
}

type Doc struct {
	meta
	Title  string         `json:"title"`
	Level  Level          `json:"level,omitempty"`
	Stamp  Stamp          `json:"stamp"`
	Tags   []string       `json:"tags,omitempty"`
	Count  int            `json:"count,string"`
	hidden int            //nolint
	Any    any            `json:"any"`
	Next   *Doc           `json:"next,omitempty"`
	Byname map[string]Doc `json:"byname,omitempty"`
	Levels map[Level]int  `json:"levels"`
	Skip   string         `json:"-"`
	Data   []byte
	Kids   []*Doc `json:"kids,omitzero"`
	Pair   [2]Color
	When   time.Time `json:"when,omitzero"`
}

type (
	meta_ = struct {
		C time.Duration
		I int
	}
	doc = struct {
		M meta_
		T string
		L int
		S struct{ n int }
		G []string
		C int
		h int
		A any
		N any
		B map[string]any
		V map[int]int
		K string
		D []byte
		I []any
		P [2]int
		W time.Time
	}
)

const (
	idLevel = iota + 300
	idLevelPtr
	idStamp
	idStampPtr
	idMeta
	idDoc
	idDocPtr
	idDocMap
	idLevelMap
	idDocPtrs
	idDuration
	idTime
	idFnField
	idWithFn
	idStrings2
)

func init() {
	late = append(late, func() error {
		text := Method{"MarshalText", "func() ([]byte, error)"}
		err := Register([]Spec{
			{ID: idDuration, Name: "time.Duration", Key: "time.Duration", Kind: reflect.Int64, Named: true, Native: true},
			{ID: idTime, Name: "time.Time", Key: "time.Time", Kind: reflect.Struct, Named: true, Native: true},
			{ID: idLevel, Name: "dynamic.Level", Key: "Level", Kind: reflect.Int, Named: true, Methods: []Method{text}},
			{ID: idLevelPtr, Name: "*dynamic.Level", Key: "*Level", Kind: reflect.Pointer, Elem: idLevel, Methods: []Method{text, {"UnmarshalText", "func([]byte) error"}}},
			{ID: idStamp, Name: "dynamic.Stamp", Key: "Stamp", Kind: reflect.Struct, Named: true, Fields: []Field{{Name: "n", Type: idInt}}},
			{ID: idStampPtr, Name: "*dynamic.Stamp", Key: "*Stamp", Kind: reflect.Pointer, Elem: idStamp, Methods: []Method{{"MarshalJSON", "func() ([]byte, error)"}, {"UnmarshalJSON", "func([]byte) error"}}},
			{ID: idMeta, Name: "dynamic.meta", Key: "meta", Kind: reflect.Struct, Named: true, Fields: []Field{
				{Name: "Created", Tag: `json:"created"`, Type: idDuration, Exported: true}, {Name: "ID", Type: idInt, Exported: true}}},
			{ID: idStrings2, Name: "[]string", Key: "[]string", Kind: reflect.Slice, Elem: idString},
			{ID: idLevelMap, Name: "map[dynamic.Level]int", Key: "map[Level]int", Kind: reflect.Map, MapKey: idLevel, Elem: idInt},
			{ID: idDocMap, Name: "map[string]dynamic.Doc", Key: "map[string]Doc", Kind: reflect.Map, MapKey: idString, Elem: idDoc},
			{ID: idDocPtr, Name: "*dynamic.Doc", Key: "*Doc", Kind: reflect.Pointer, Elem: idDoc},
			{ID: idDocPtrs, Name: "[]*dynamic.Doc", Key: "[]*Doc", Kind: reflect.Slice, Elem: idDocPtr},
			{ID: idDoc, Name: "dynamic.Doc", Key: "Doc", Kind: reflect.Struct, Named: true, Fields: []Field{
				{Name: "meta", Type: idMeta, Embedded: true},
				{Name: "Title", Tag: `json:"title"`, Type: idString, Exported: true},
				{Name: "Level", Tag: `json:"level,omitempty"`, Type: idLevel, Exported: true},
				{Name: "Stamp", Tag: `json:"stamp"`, Type: idStamp, Exported: true},
				{Name: "Tags", Tag: `json:"tags,omitempty"`, Type: idStrings2, Exported: true},
				{Name: "Count", Tag: `json:"count,string"`, Type: idInt, Exported: true},
				{Name: "hidden", Type: idInt},
				{Name: "Any", Tag: `json:"any"`, Type: idAny, Exported: true},
				{Name: "Next", Tag: `json:"next,omitempty"`, Type: idDocPtr, Exported: true},
				{Name: "Byname", Tag: `json:"byname,omitempty"`, Type: idDocMap, Exported: true},
				{Name: "Levels", Tag: `json:"levels"`, Type: idLevelMap, Exported: true},
				{Name: "Skip", Tag: `json:"-"`, Type: idString, Exported: true},
				{Name: "Data", Type: idBytes, Exported: true},
				{Name: "Kids", Tag: `json:"kids,omitzero"`, Type: idDocPtrs, Exported: true},
				{Name: "Pair", Type: idColorArray, Exported: true},
				{Name: "When", Tag: `json:"when,omitzero"`, Type: idTime, Exported: true}}},
			{ID: idFnField, Name: "func()", Key: "func()", Kind: reflect.Func},
			{ID: idWithFn, Name: "dynamic.withFn", Key: "withFn", Kind: reflect.Struct, Named: true, Fields: []Field{{Name: "F", Type: idFnField, Exported: true}}},
		})
		marshalText := func(r any) ([]byte, any) {
			data, err := Level(r.(int)).MarshalText()
			return data, err
		}
		Methods("MarshalText", text.Sig, map[int]func(any) ([]byte, any){
			idLevel:    marshalText,
			idLevelPtr: func(r any) ([]byte, any) { return marshalText(*r.(*int)) },
		})
		Methods("UnmarshalText", sigUnmarshal, map[int]func(any, []byte) any{idLevelPtr: func(r any, b []byte) any {
			return (*Level)(r.(*int)).UnmarshalText(b)
		}})
		Methods("MarshalJSON", text.Sig, map[int]func(any) ([]byte, any){idStampPtr: func(r any) ([]byte, any) {
			return fmt.Appendf(nil, `{"stamp": %d}`, r.(*struct{ n int }).n), nil
		}})
		Methods("UnmarshalJSON", sigUnmarshal, map[int]func(any, []byte) any{idStampPtr: func(r any, b []byte) any {
			var s Stamp
			err := s.UnmarshalJSON(b)
			r.(*struct{ n int }).n = s.n
			return err
		}})
		return err
	})
}

type withFn struct{ F func() }

func TestEncodesAsJSONDoes(t *testing.T) {
	when := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	real := Doc{meta: meta{time.Second, 4}, Title: "t<", Level: 2, Stamp: Stamp{3}, Tags: []string{"a"}, Count: 5, hidden: 6,
		Any: []any{Level(1), Color(2)}, Next: &Doc{Title: "next"}, Byname: map[string]Doc{"k": {Title: "v"}},
		Levels: map[Level]int{2: 1, 1: 2}, Skip: "s", Data: []byte("hi"), Kids: []*Doc{nil, {}}, When: when}
	boxed := doc{meta_{time.Second, 4}, "t<", 2, struct{ n int }{3}, []string{"a"}, 5, 6,
		[]any{box(idLevel, 1), box(idColor, 2)}, &doc{T: "next"}, map[string]any{"k": doc{T: "v"}},
		map[int]int{2: 1, 1: 2}, "s", []byte("hi"), []any{nil, &doc{}}, [2]int{}, when}
	for _, c := range append(twins(),
		twin{real, box(idDoc, boxed)}, twin{&real, box(idDocPtr, &boxed)}, twin{Doc{}, box(idDoc, doc{})},
		twin{Level(-1), box(idLevel, -1)}, twin{map[string]any{"x": Level(3)}, map[string]any{"x": box(idLevel, 3)}},
		twin{map[Level]int{-1: 1}, box(idLevelMap, map[int]int{-1: 1})},
		twin{&Stamp{1}, box(idStampPtr, &struct{ n int }{1})}, twin{Stamp{1}, box(idStamp, struct{ n int }{1})},
		twin{withFn{}, box(idWithFn, struct{ F func() }{})},
	) {
		if _, ok := c.real.(reflect.Value); ok {
			continue
		}
		want, wantErr := json.Marshal(c.real)
		got, err := Marshal(c.boxed)
		if string(got) != string(want) || fmt.Sprint(err) != fmt.Sprint(wantErr) {
			t.Errorf("%#v\n got %s %v\nwant %s %v", c.real, got, err, want, wantErr)
		}
		var wantText, text bytes.Buffer
		e, f := json.NewEncoder(&wantText), json.NewEncoder(&text)
		e.SetIndent(">", "  ")
		f.SetIndent(">", "  ")
		wantErr, err = e.Encode(c.real), EncodeTo(f, c.boxed)
		if text.String() != wantText.String() || (err == nil) != (wantErr == nil) {
			t.Errorf("Encode(%#v)\n got %s %v\nwant %s %v", c.real, &text, err, &wantText, wantErr)
		}
	}
}

func TestDecodesAsJSONDoes(t *testing.T) {
	Target(idDoc, doc{})
	for _, text := range []string{
		`{"created": 5, "ID": 3, "title": "x", "level": "L4", "stamp": {"stamp": 7}, "tags": ["a", "b"], "count": "12"}`,
		`{"any": {"a": [1, 2]}, "next": {"title": "n", "next": {"title": "m"}}, "byname": {"k": {"title": "v", "stamp": {"stamp": 1}}}}`,
		`{"levels": {"L1": 2, "L3": 4}, "Data": "aGk=", "kids": [null, {"title": "kid"}], "Pair": [1, 2], "when": "2026-01-02T03:04:05Z"}`,
		`{"title": null, "tags": null, "any": null, "next": null, "TITLE": "case"}`,
		`{"title": 5}`, `{"next": {"title": 5}}`, `{"tags": [1]}`, `{"Pair": ["x"]}`, `{"ID": "x"}`, `{"level": 5}`,
		`{"byname": {"k": {"count": "x"}}}`, `{"count": 5}`, `[1]`, `"s"`, `{`, `{"title": "a"} x`, `{"unknown": 1}`, `{"Data": 3}`,
		`{"level": "x"}`, `{"levels": {"x": 1}}`, `{"when": "x"}`, `{"stamp": 5}`, `{"ID": 1e99}`,
	} {
		for _, strict := range []bool{false, true} {
			real := Doc{Title: "old", Tags: []string{"o"}, Levels: map[Level]int{9: 9}, hidden: 1, Skip: "kept", Next: &Doc{Count: 8}}
			boxed := doc{T: "old", G: []string{"o"}, V: map[int]int{9: 9}, h: 1, K: "kept", N: &doc{C: 8}}
			d, e := json.NewDecoder(strings.NewReader(text)), json.NewDecoder(strings.NewReader(text))
			if strict {
				d.DisallowUnknownFields()
				e.DisallowUnknownFields()
			}
			wantErr, err := d.Decode(&real), DecodeFrom(e, box(idDocPtr, &boxed))
			if !strict {
				real, boxed = Doc{Title: "old", Next: &Doc{Count: 8}}, doc{T: "old", N: &doc{C: 8}}
				wantErr, err = json.Unmarshal([]byte(text), &real), Unmarshal([]byte(text), box(idDocPtr, &boxed))
			}
			if fmt.Sprint(err) != fmt.Sprint(wantErr) {
				t.Errorf("%s\n got %v\nwant %v", text, err, wantErr)
			}
			if got, want := Sprintf("%+v", box(idDoc, flat(boxed))), fmt.Sprintf("%+v", flatReal(real)); got != want {
				t.Errorf("%s\n got %s\nwant %s", text, got, want)
			}
			if boxed.N != nil && !reflect.ValueOf(boxed.N).IsNil() && real.Next != nil {
				got, want := Sprintf("%+v", box(idDoc, flat(*boxed.N.(*doc)))), fmt.Sprintf("%+v", flatReal(*real.Next))
				if got != want {
					t.Errorf("%s: next\n got %s\nwant %s", text, got, want)
				}
			}
		}
	}
	for _, c := range []twin{{Doc{}, box(idDoc, doc{})}, {(*Doc)(nil), box(idDocPtr, (*doc)(nil))}, {nil, nil}} {
		want := json.Unmarshal([]byte("{}"), c.real)
		if got := Unmarshal([]byte("{}"), c.boxed); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("got %v, want %v", got, want)
		}
	}
	var te *json.UnmarshalTypeError
	if err := Unmarshal([]byte(`{"title": 5}`), box(idDocPtr, &doc{})); !errors.As(err, &te) || te.Value != "number" {
		t.Errorf("errors.As does not find the UnmarshalTypeError in %v", err)
	}
}

// flat leaves out what prints as an address.
func flat(d doc) doc {
	if d.N != nil {
		d.N = nil
	}
	d.I = nil
	return d
}

func flatReal(d Doc) Doc {
	d.Next, d.Kids = nil, nil
	return d
}
