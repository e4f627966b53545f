package engine

import (
	"testing"

	"viva/runtime/record"
)

// What mlkit's values hold in slices has its methods, whether the elements are
// values or pointers and whatever the method's receiver, wherever a cell calls them.
func TestMethodsOfElementsOfValues(t *testing.T) {
	const values = `ready := &prepare.Result{Steps: []*prepare.Step{{Name: "one"}, {Name: "two"}}}
set := relation.Set{Examples: []relation.Example{must(relation.Parse("<e1>a</e1> in <e2>b</e2>")), must(relation.Parse("<e1>c</e1> of <e2>d</e2>"))}}
saved := model.Saved{Metrics: []view.Metric{{Name: "one", Value: 0.5}, {Name: "two", Value: 0.25}}}
times := &describe.Times{Periods: []time.Time{time.Unix(0, 0).UTC(), time.Unix(1e9, 0).UTC()}}
phrases := keyphrase.Phrases{{Text: "p"}, {Text: "q", Reasons: []keyphrase.Reason{{Property: "first"}}}}
opt := text.Options{Also: []text.Options{{Analyzer: "char"}}}
func last() int { return 1 }
func prepared() *prepare.Result { return ready }`
	examples := []example{
		{"pointers", []string{"fmt.Print(ready.Steps[1].ReasonTable().Caption)"}, "Step: two"},
		{"of a call", []string{"fmt.Print(prepared().Steps[last()].ExampleTable(last()).Columns[0].Name)"}, "document"},
		{"in a loop", []string{"for i := range ready.Steps {\n\tfmt.Print(ready.Steps[i].ReasonTable().Caption, \";\")\n}"}, "Step: one;Step: two;"},
		{"values", []string{"fmt.Print(set.Examples[1].String(), set.Examples[1].E2.Text, times.Periods[last()].Year(), opt.Also[0].Terms())"}, "<e1>c</e1> of <e2>d</e2>d2001 characters"},
		{"of a method that changes its receiver", []string{"i := 1\nfmt.Print(saved.Metrics[i].UnmarshalJSON([]byte(`{\"name\": \"new\", \"value\": 0.75}`)), saved.Metrics[1].Name, saved.Metrics[i].Text())"}, "<nil>new0.750"},
		{"of a list with a name", []string{"fmt.Print(phrases[0].Text, phrases[1].Reasons[0].Property, phrases[1:][0].Text)"}, "pfirstq"},
		{"as elements", []string{"fmt.Sprint([]string{set.Examples[0].String(), phrases[1].Text}, []any{times.Periods[1].Year()})"}, "[<e1>a</e1> in <e2>b</e2> q] [2001];"},
		{"as values", []string{"f, g := set.Examples[0].String, ready.Steps[1].ReasonTable\nfs := []func() string{opt.Also[0].String}\nfmt.Print(f(), g().Caption, fs[0]())"}, "<e1>a</e1> in <e2>b</e2>Step: twocharacters"},
		{"at the end of a cell", []string{"phrases[1].Reasons[0].Property", "set.Examples[1].String()", "times.Periods[0].Year()"}, "first;<e1>c</e1> of <e2>d</e2>;1970;"},
		{"deferred", []string{"func() {\n\tdefer fmt.Print(times.Periods[0].Year(), \" \")\n\tdefer print(times.Periods[1].Year(), \" \")\n}()"}, "2001 1970 "},
		{"in print", []string{"print(times.Periods[1].Year(), phrases[1].Reasons[0].Property)"}, "2001first"},
		{"in a struct of the cell's", []string{"type holder struct {\n\ts relation.Set\n\tmore []*prepare.Result\n}\nh := holder{set, []*prepare.Result{ready}}\nfmt.Print(h.s.Examples[1].String(), h.more[0].Steps[0].ReasonTable().Caption, len(h.more[last()-1].Steps[1].ExampleTable(2).Columns))"}, "<e1>c</e1> of <e2>d</e2>Step: one4"},
	}
	compiled(t, "", append([]example{{"values", []string{values}, ""}}, examples...))
	for _, c := range examples {
		t.Run(c.name, func(t *testing.T) {
			r := runCells(t, t.Context(), Options{}, append([]string{values}, c.cells...)...)
			if got := text(r); got != c.want || r.Status != record.OK {
				t.Errorf("got %q (%s), want %q", got, r.Status, c.want)
			}
		})
	}
}
