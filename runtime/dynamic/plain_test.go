package dynamic

import (
	"strings"
	"testing"
	"text/template"
)

func TestTemplatesFindFields(t *testing.T) {
	real := Outer{base{3}, &Point{4, 5, "p"}, "note"}
	boxed := box(idOuter, outer{base_{3}, &point{4, 5, "p"}, "note"})
	m := map[string]any{"o": real, "d": []Color{1, 2}, "m": map[Color]Point{2: {X: 7}}}
	b := map[string]any{"o": boxed, "d": box(idColors, []int{1, 2}), "m": box(idColorMap, map[int]point{2: {A: 7}})}
	tmpl := template.Must(template.New("").Parse(`{{.o.Note}} {{.o.X}} {{.o.Point.Y}} {{.o.Shown}} {{range .d}}<{{.}}>{{end}} {{range .m}}{{.X}}{{end}} {{len .d}}`))
	var want, got strings.Builder
	if err := tmpl.Execute(&want, m); err != nil {
		t.Fatal(err)
	}
	if err := tmpl.Execute(&got, Plain(b)); err != nil {
		t.Fatal(err)
	}
	if got.String() != want.String() {
		t.Errorf("\n got %s\nwant %s", &got, &want)
	}
	n := &node{V: 1}
	n.N = n
	if Plain(box(idNodePtr, n)) == nil {
		t.Error("a ring is lost")
	}
}
