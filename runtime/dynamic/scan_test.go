package dynamic

import (
	"sort"
	"testing"
)

func TestScansIntoBoxes(t *testing.T) {
	sscan := Scan()["Sscan"].Interface().(func(string, ...any) (int, error))
	color, word := 0, ""
	n, err := sscan("12 red", Box{pointerTo(idColor), &color}, &word)
	if n != 2 || err != nil || color != 12 || word != "red" {
		t.Errorf("scanned %d: %d %q, %v", n, color, word, err)
	}
}

func TestRaw(t *testing.T) {
	list := []int{3, 1, 2}
	sort.Slice(Raw(box(idColors, list)), func(i, j int) bool { return list[i] < list[j] })
	if list[0] != 1 || list[2] != 3 {
		t.Errorf("sorted: %v", list)
	}
	double := func(i int) int { return 2 * i }
	if f, ok := Raw(box(idFn, struct{ F func(int) int }{double})).(func(int) int); !ok || f(4) != 8 {
		t.Error("a function does not come out of its box")
	}
	if Raw(7) != 7 || Raw(nil) != nil {
		t.Error("native values are not themselves")
	}
}
