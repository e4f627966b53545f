package verify

import (
	"fmt"
	"slices"
	"strings"

	"viva/mlkit/view"
	"viva/runtime/record"
)

// outputs compares what a cell gave. What was shown is compared in its order
// and each stream as one text: how the two lie between each other is not
// certain where a cell prints through a pipe, so that alone is no difference
// of the result.
func (c *comparison) outputs(a, b []record.Output) {
	for _, stream := range streams {
		c.text(stream, printed(a, stream), printed(b, stream), false)
	}
	c.items("", shown(a), shown(b))
	for _, o := range slices.Concat(a, b) {
		known := slices.Contains(streams, o.Stream) && kind(o.Item) == "text"
		if o.Stream != "" && !known {
			c.differ(Difference{Place: "a stream that is none", Recorded: sequence(a), Verified: sequence(b)})
			return
		}
	}
	if c.total > 0 || c.largest != nil {
		return
	}
	moved := len(a) != len(b)
	for i := 0; i < len(a) && !moved; i++ {
		moved = a[i].Stream != b[i].Stream || a[i].Stream != "" && a[i].Text != b[i].Text
	}
	if moved {
		c.near(Difference{Place: "the order of what was printed and shown", Recorded: sequence(a), Verified: sequence(b)})
	}
}

// streams are where text goes that a cell does not show.
var streams = []string{"stdout", "stderr", "log"}

func printed(all []record.Output, stream string) string {
	var b strings.Builder
	for _, o := range all {
		if o.Stream == stream {
			b.WriteString(o.Text)
		}
	}
	return b.String()
}

func shown(all []record.Output) []view.Item {
	var items []view.Item
	for _, o := range all {
		if o.Stream == "" {
			items = append(items, o.Item)
		}
	}
	return items
}

func sequence(all []record.Output) string {
	var names []string
	for _, o := range all {
		if o.Stream != "" {
			names = append(names, o.Stream)
		} else {
			names = append(names, kind(o.Item))
		}
	}
	return strings.Join(names, ", ")
}

// kind names what an item holds: one thing, unless a record was edited.
func kind(i view.Item) string {
	var names []string
	for _, f := range []struct {
		set  bool
		name string
	}{
		{i.Table != nil, "table"}, {i.Metric != nil, "metric"}, {i.Figure != nil, "figure"}, {i.Note != nil, "note"},
		{i.Claim != nil, "claim"}, {i.Gate != nil, "gate"}, {i.HTML != "", "HTML"},
	} {
		if f.set {
			names = append(names, f.name)
		}
	}
	if i.Text != "" || len(names) == 0 {
		names = append(names, "text")
	}
	return strings.Join(names, " with ")
}

func kinds(items []view.Item) string {
	if len(items) == 0 {
		return "nothing"
	}
	var names []string
	for _, i := range items {
		names = append(names, kind(i))
	}
	if len(names) > 8 {
		names = append(names[:8], "…")
	}
	return fmt.Sprintf("%d: %s", len(items), strings.Join(names, ", "))
}

func (c *comparison) items(within string, a, b []view.Item) {
	if len(a) != len(b) {
		c.differ(Difference{Place: within + "what is shown", Recorded: kinds(a), Verified: kinds(b)})
	}
	number := map[string]int{}
	for i := range min(len(a), len(b)) {
		what := kind(a[i])
		if c.plain(fmt.Sprintf("%soutput %d", within, i+1), what, kind(b[i])) == far {
			return
		}
		number[what]++
		c.item(fmt.Sprintf("%s%s %d", within, what, number[what]), a[i], b[i])
	}
}

// item compares two items of the same kind.
func (c *comparison) item(place string, a, b view.Item) {
	if a.Table != nil {
		c.table(place, *a.Table, *b.Table)
	}
	if a.Metric != nil {
		c.metric(place, *a.Metric, *b.Metric)
	}
	if a.Figure != nil {
		c.figure(place, *a.Figure, *b.Figure)
	}
	if a.Note != nil {
		c.plain(place+", level", a.Note.Level, b.Note.Level)
		c.text(place, a.Note.Text, b.Note.Text, false)
	}
	if a.Claim != nil {
		x, y := *a.Claim, *b.Claim
		c.outcome(place+", verdict", met(x.Met, "met"), met(y.Met, "met"))
		c.text(place+", text", x.Text, y.Text, false)
		c.metric(place+", metric", x.Metric, y.Metric)
		c.bound(place, x.Bound, y.Bound)
		c.text(place+", source", x.Source, y.Source, false)
	}
	if a.Gate != nil {
		x, y := *a.Gate, *b.Gate
		c.outcome(place+", verdict", met(x.Passed, "passed"), met(y.Passed, "passed"))
		c.text(place+", text", x.Text, y.Text, false)
		c.metric(place+", metric", x.Metric, y.Metric)
		c.bound(place, x.Bound, y.Bound)
		c.text(place+", repair", x.Repair, y.Repair, false)
		c.items(place+", evidence, ", x.Evidence, y.Evidence)
	}
	c.text(place, a.HTML, b.HTML, false)
	c.text(place, a.Text, b.Text, false)
}

func met(yes bool, word string) string {
	if yes {
		return word
	}
	return "not " + word
}

func (c *comparison) metric(place string, a, b view.Metric) {
	c.text(place+", name", a.Name, b.Name, false)
	if a.Name != "" {
		place += fmt.Sprintf(" (%s)", a.Name)
	}
	c.number(place, a.Value, b.Value)
	c.plain(place+", unit", a.Unit, b.Unit)
	c.text(place+", detail", a.Detail, b.Detail, false)
	x, y := a.Interval, b.Interval
	if x == nil || y == nil {
		c.plain(place+", interval", present(x != nil), present(y != nil))
		return
	}
	c.number(place+", interval, low end", x.Low, y.Low)
	c.number(place+", interval, high end", x.High, y.High)
	c.number(place+", interval, level", x.Level, y.Level)
	c.text(place+", interval, method", x.Method, y.Method, false)
}

func present(yes bool) string {
	if yes {
		return "present"
	}
	return "absent"
}

func (c *comparison) bound(place string, a, b view.Bound) {
	c.optional(place+", bound, low end", a.Low, b.Low)
	c.optional(place+", bound, high end", a.High, b.High)
}

func (c *comparison) optional(place string, a, b *float64) closeness {
	if a == nil || b == nil {
		return c.plain(place, present(a != nil), present(b != nil))
	}
	return c.number(place, *a, *b)
}

func (c *comparison) table(place string, a, b view.Table) closeness {
	worst := c.text(place+", caption", a.Caption, b.Caption, false)
	if d := c.plain(place+", number of columns", len(a.Columns), len(b.Columns)); d == far {
		return far
	}
	for i, x := range a.Columns {
		at, y := fmt.Sprintf("%s, heading of column %d", place, i+1), b.Columns[i]
		worst = max(worst, c.text(at, x.Name, y.Name, false), c.plain(at+", unit", x.Unit, y.Unit), c.plain(at+", digits", x.Digits, y.Digits))
	}
	if d := c.plain(place+", number of rows", len(a.Rows), len(b.Rows)); d == far {
		return far
	}
	for i, row := range a.Rows {
		if c.plain(fmt.Sprintf("%s, row %d, number of entries", place, i+1), len(row), len(b.Rows[i])) == far {
			worst = far
			continue
		}
		for j, x := range row {
			column := fmt.Sprint(j + 1)
			if j < len(a.Columns) && a.Columns[j].Name != "" {
				column = a.Columns[j].Name
			}
			worst = max(worst, c.cell(fmt.Sprintf("%s, row %d, column %s", place, i+1, column), x, b.Rows[i][j]))
		}
	}
	return max(worst, c.text(place+", notes", strings.Join(a.Notes, "\n"), strings.Join(b.Notes, "\n"), false))
}

// cell compares an entry of a table: its number, and the text that prints it.
func (c *comparison) cell(place string, a, b view.Cell) closeness {
	number := c.optional(place, a.Number, b.Number)
	worst := max(number, c.plain(place+", tone", a.Tone, b.Tone), c.plain(place+", link", a.Link, b.Link))
	if number == far {
		return far // the text of another number is another text
	}
	return max(worst, c.text(place, a.Text, b.Text, number == near))
}

// figure compares a picture and the numbers behind it. Where those are within
// tolerance, a coordinate may be rounded to its neighbour.
func (c *comparison) figure(place string, a, b view.Figure) {
	c.text(place+", caption", a.Caption, b.Caption, false)
	c.text(place+", description", a.Alt, b.Alt, false)
	data := same
	if a.Data == nil || b.Data == nil {
		data = c.plain(place+", data", present(a.Data != nil), present(b.Data != nil))
	} else {
		data = c.table(place+", data", *a.Data, *b.Data)
	}
	c.text(place+", picture", a.SVG, b.SVG, data == near)
}
