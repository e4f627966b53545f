package preview

import (
	"fmt"

	"viva/mlkit/view"
	"viva/runtime/record"
)

// move is a measured number that is different from what it was in the run
// before.
type move struct {
	Name string `json:"name"`
	Old  string `json:"old"`
	New  string `json:"new"`
	// By is the difference, with its sign.
	By string `json:"by"`
	Up bool   `json:"up"`
}

// moves lists the metrics, claims and gates whose numbers differ between two
// runs, in the order of the later one. Those of one name are told apart by
// their order.
func moves(old, now *record.Run) []move {
	type key struct {
		name string
		n    int
	}
	list := func(r *record.Run, f func(key, view.Metric)) {
		count := map[string]int{}
		add := func(name string, m view.Metric) {
			f(key{name, count[name]}, m)
			count[name]++
		}
		for _, c := range r.Cells {
			for _, o := range c.Outputs {
				switch {
				case o.Metric != nil:
					add(o.Metric.Name, *o.Metric)
				case o.Claim != nil:
					add(o.Claim.Text, o.Claim.Metric)
				case o.Gate != nil:
					add(o.Gate.Text, o.Gate.Metric)
				}
			}
		}
	}
	before := map[key]view.Metric{}
	list(old, func(k key, m view.Metric) { before[k] = m })
	all := []move{}
	list(now, func(k key, m view.Metric) {
		was, ok := before[k]
		if !ok || was.Value == m.Value || was.Unit != m.Unit {
			return
		}
		unit, by := m.Unit, m.Value-was.Value
		if unit == "%" {
			unit = "points"
		}
		sign := "+"
		if by < 0 {
			sign, by = "−", -by
		}
		all = append(all, move{Name: k.name, Old: was.Text(), New: m.Text(), By: fmt.Sprint(sign, view.FormatUnit(by, unit)), Up: m.Value > was.Value})
	})
	return all
}
