package engine

import (
	"slices"
	"strings"
	"time"
)

// reduceFor is how long a difference is made small.
const reduceFor = 90 * time.Second

// reduce makes a story that ends in a difference small. It leaves out versions,
// and what it leaves out of a notebook, it leaves out of all versions.
func (w *workshop) reduce(st story, diff string) (story, string) {
	end := time.Now().Add(reduceFor)
	try := func(s story) bool {
		if len(s) == 0 || time.Now().After(end) {
			return false
		}
		at, found := w.run(s, &tally{})
		if found != "" {
			st, diff = s[:at+1], found
		}
		return found != ""
	}
	versions := func() {
		for _, keep := range []int{2, 3} {
			if len(st) > keep && try(st[len(st)-keep:]) {
				break
			}
		}
		for size := len(st) / 2; size > 0; size /= 2 {
			for i := len(st) - 1 - size; i >= 0; i -= size {
				if i+size < len(st) {
					try(slices.Delete(slices.Clone(st), i, i+size))
				}
			}
		}
		for i := range st {
			if i < len(st) && st[i].interrupt > 0 {
				s := slices.Clone(st)
				s[i].interrupt = 0
				try(s)
			}
		}
	}
	versions()
	// Each kind of thing is named by a text.
	parts := []struct {
		list func(document) []string
		drop func(document, map[string]bool) document
	}{
		{document.statements, document.withoutStatements},
		{document.extras, document.withoutExtras},
		{document.lines, document.withoutLines},
		{document.statements, document.withoutStatements},
	}
	for _, p := range parts {
		var all []string
		for _, v := range st {
			for _, text := range p.list(v.document) {
				if !slices.Contains(all, text) {
					all = append(all, text)
				}
			}
		}
		for size := max(1, len(all)/2); size > 0; size /= 2 {
			for i := 0; i < len(all); {
				gone := map[string]bool{}
				for _, text := range all[i:min(i+size, len(all))] {
					gone[text] = true
				}
				s := slices.Clone(st)
				for j := range s {
					s[j].document = p.drop(s[j].clone(), gone)
				}
				if try(s) {
					all = slices.Delete(all, i, min(i+size, len(all)))
				} else {
					i += size
				}
			}
		}
		versions()
	}
	return st, diff
}

func (d document) statements() []string {
	var all []string
	for _, b := range d.blocks {
		for _, s := range b.code {
			all = append(all, s.text)
		}
	}
	return all
}

func (d document) withoutStatements(gone map[string]bool) document {
	for i := range d.blocks {
		d.blocks[i].code = slices.DeleteFunc(d.blocks[i].code, func(s statement) bool { return gone[s.text] })
	}
	return d
}

// extras are prose, empty cells, options, parameters and overrides.
func (d document) extras() []string {
	all := []string{"empty", "seed", "file"}
	for _, b := range d.blocks {
		if !b.cell {
			all = append(all, "prose "+b.prose)
		}
		for _, o := range b.options {
			all = append(all, "option "+o)
		}
	}
	for _, p := range d.params {
		all = append(all, "param "+p.name)
	}
	for n := range d.overrides {
		all = append(all, "override "+n)
	}
	slices.Sort(all)
	return all
}

func (d document) withoutExtras(gone map[string]bool) document {
	d.blocks = slices.DeleteFunc(d.blocks, func(b block) bool {
		return !b.cell && gone["prose "+b.prose] || b.cell && len(b.code) == 0 && gone["empty"]
	})
	for i := range d.blocks {
		d.blocks[i].options = slices.DeleteFunc(d.blocks[i].options, func(o string) bool { return gone["option "+o] })
	}
	d.params = slices.DeleteFunc(d.params, func(p setting) bool { return gone["param "+p.name] })
	for n := range d.overrides {
		if gone["override "+n] {
			delete(d.overrides, n)
		}
	}
	if gone["seed"] {
		d.seed = ""
	}
	if gone["file"] {
		d.file = ""
	}
	return d
}

// lines are those of statements that have several.
func (d document) lines() []string {
	var all []string
	for _, text := range d.statements() {
		if strings.Contains(text, "\n") {
			all = append(all, strings.Split(text, "\n")...)
		}
	}
	return all
}

func (d document) withoutLines(gone map[string]bool) document {
	for _, b := range d.blocks {
		for i := range b.code {
			if lines := strings.Split(b.code[i].text, "\n"); len(lines) > 1 {
				b.code[i].text = strings.Join(slices.DeleteFunc(lines, func(l string) bool { return gone[l] }), "\n")
			}
		}
	}
	return d
}
