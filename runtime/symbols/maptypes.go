package symbols

import (
	"encoding"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"log"
	"reflect"

	"viva/mlkit/show"
	"viva/mlkit/view"
)

// Printable are the interfaces by which a cell's own type says how it prints.
var Printable = []reflect.Type{reflect.TypeFor[fmt.Formatter](), reflect.TypeFor[fmt.Stringer]()}

// Viewable are those by which it says how it looks in a report.
var Viewable = append([]reflect.Type{reflect.TypeFor[view.Viewer]()}, Printable...)

// MapTypes is the form in which the interpreter is told of functions that
// look for methods on what they are given as any. To other functions it passes
// a cell's values as bare structs.
func MapTypes(functions map[reflect.Value][]reflect.Type) map[string]reflect.Value {
	return map[string]reflect.Value{"MapTypes": reflect.ValueOf(functions)}
}

func init() {
	m := map[reflect.Value][]reflect.Type{}
	add := func(types []reflect.Type, functions ...any) {
		for _, f := range functions {
			m[reflect.ValueOf(f)] = types
		}
	}
	add(Printable,
		fmt.Append, fmt.Appendf, fmt.Appendln, fmt.Errorf, fmt.Fprint, fmt.Fprintf, fmt.Fprintln,
		fmt.Print, fmt.Printf, fmt.Println, fmt.Sprint, fmt.Sprintf, fmt.Sprintln,
		log.Panic, log.Panicf, log.Panicln, log.Print, log.Printf, log.Println)
	add(Viewable, show.Value, show.Gate)
	add([]reflect.Type{reflect.TypeFor[fmt.Scanner]()}, fmt.Sscan, fmt.Sscanf, fmt.Sscanln)
	add([]reflect.Type{reflect.TypeFor[json.Marshaler](), reflect.TypeFor[encoding.TextMarshaler]()}, json.Marshal, json.MarshalIndent)
	add([]reflect.Type{reflect.TypeFor[json.Unmarshaler](), reflect.TypeFor[encoding.TextUnmarshaler]()}, json.Unmarshal)
	add([]reflect.Type{reflect.TypeFor[xml.Marshaler](), reflect.TypeFor[encoding.TextMarshaler]()}, xml.Marshal, xml.MarshalIndent)
	add([]reflect.Type{reflect.TypeFor[xml.Unmarshaler](), reflect.TypeFor[encoding.TextUnmarshaler]()}, xml.Unmarshal)
	Tables["."] = MapTypes(m)
}
