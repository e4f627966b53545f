package describe

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"viva/mlkit/chart"
	"viva/mlkit/data"
	"viva/mlkit/view"
)

// Groups is how documents are grouped.
type Groups struct {
	// Groups is their number, and Without that of documents in none.
	Groups, Without int
	// Sizes are the numbers of documents of a group.
	Sizes Quantiles
	// Single is the number of groups of one document, and Mixed that of groups
	// with documents of several classes.
	Single, Mixed int
	// Largest are the largest groups, and their documents.
	Largest []Group

	sizes []float64
}

// Group is a group with the number of its documents.
type Group struct {
	Name      string
	Documents int
}

// groupsOf is nil where no document has a group.
func groupsOf(docs []data.Document) *Groups {
	g := &Groups{}
	size, class, mixed := map[string]int{}, map[string]string{}, map[string]bool{}
	var names []string
	for _, d := range docs {
		if d.Group == "" {
			g.Without++
			continue
		}
		if size[d.Group] == 0 {
			names = append(names, d.Group)
			class[d.Group] = d.Label
		} else if class[d.Group] != d.Label {
			mixed[d.Group] = true
		}
		size[d.Group]++
	}
	if len(names) == 0 {
		return nil
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(cmp.Compare(size[b], size[a]), cmp.Compare(a, b)) })
	g.Groups, g.Mixed = len(names), len(mixed)
	for i, name := range names {
		n := size[name]
		g.sizes = append(g.sizes, float64(n))
		if n == 1 {
			g.Single++
		}
		if i < 5 {
			g.Largest = append(g.Largest, Group{name, n})
		}
	}
	g.Sizes = quantilesOf(g.sizes)
	return g
}

// Table returns the numbers of the groups.
func (g *Groups) Table() *view.Table {
	t := view.NewTable("Groups", "property", "value", "meaning")
	t.Add("groups", g.Groups, "documents of one group must stay together in a split")
	if g.Without > 0 {
		t.Add("documents without a group", g.Without, nil)
	}
	median, mean := g.Sizes.Median, g.Sizes.Mean
	t.Add("documents of a group, median", view.Cell{Text: view.FormatUnit(median, "count"), Number: &median}, nil)
	t.Add("documents of a group, mean", view.Cell{Text: fmt.Sprintf("%.1f", mean), Number: &mean}, nil)
	t.Add("groups of one document", g.Single, nil).Add("groups of several classes", g.Mixed, nil)
	if len(g.Largest) > 0 && g.Largest[0].Documents > 1 {
		var names []string
		for _, l := range g.Largest {
			names = append(names, fmt.Sprintf("%s (%d)", l.Name, l.Documents))
		}
		t.Add("largest group", g.Largest[0].Documents, "the largest: "+first(names, len(names)))
	}
	return t
}

// groupClasses are the lower ends of the classes of size in a picture of large
// groups.
var groupClasses = []int{1, 2, 3, 4, 5, 10, 20, 50, 100, 200, 500, 1000}

// Figure draws how many groups have which number of documents; where there are
// groups of more than twelve, sizes are put together.
func (g *Groups) Figure() (view.Figure, error) {
	if g.Sizes.Max <= 12 {
		return chart.Histogram(g.sizes, chart.HistogramOptions{XLabel: "documents", YLabel: "groups", Caption: "Documents of each group."})
	}
	var labels []string
	var groups []float64
	for i, from := range groupClasses {
		if float64(from) > g.Sizes.Max {
			break
		}
		label, to := fmt.Sprintf("%d", from), math.Inf(1)
		if i+1 < len(groupClasses) {
			to = float64(groupClasses[i+1])
		}
		switch {
		case math.IsInf(to, 1):
			label += " or more"
		case int(to) > from+1:
			label = fmt.Sprintf("%d–%d", from, int(to)-1)
		}
		n := 0.0
		for _, size := range g.sizes {
			if size >= float64(from) && size < to {
				n++
			}
		}
		labels, groups = append(labels, label), append(groups, n)
	}
	return chart.Bar(labels, groups, chart.BarOptions{XLabel: "documents", YLabel: "groups", Unit: "count", Caption: "Documents of each group."})
}

// View implements view.Viewer: the histogram, unless all groups are of one
// size, and the table.
func (g *Groups) View() []view.Item {
	if g == nil {
		return absent("groups")
	}
	var items []view.Item
	if g.Sizes.Min < g.Sizes.Max {
		items = figure(g.Figure())
	}
	return append(items, g.Table().View()...)
}

// Times is when documents were written.
type Times struct {
	// Documents is the number of those with a time, Without of those without.
	Documents, Without int
	First, Last        time.Time
	// Splits are the spans of the splits, in the order train, validation, test,
	// and "" for documents in none.
	Splits []Span
	// Periods are the beginnings of all months, say, from the first to the
	// last, with their number of documents in each of Splits; Unit is "year",
	// "month", "day" or "hour".
	Unit    string
	Periods []time.Time
	Counts  [][]int
}

// Span is the time of the documents of a split.
type Span struct {
	Split       string
	Documents   int
	First, Last time.Time
}

// mostPeriods is the largest number of bars of the times' picture.
const mostPeriods = 36

// timesOf is nil where no document has a time.
func timesOf(docs []data.Document) *Times {
	t := &Times{}
	spans := map[string]*Span{}
	for _, d := range docs {
		if d.Time.IsZero() {
			t.Without++
			continue
		}
		at := d.Time.UTC()
		s := spans[d.Split]
		if s == nil {
			s = &Span{Split: d.Split, First: at, Last: at}
			spans[d.Split] = s
		}
		s.Documents++
		if at.Before(s.First) {
			s.First = at
		}
		if at.After(s.Last) {
			s.Last = at
		}
		if t.Documents == 0 || at.Before(t.First) {
			t.First = at
		}
		if t.Documents == 0 || at.After(t.Last) {
			t.Last = at
		}
		t.Documents++
	}
	if t.Documents == 0 {
		return nil
	}
	number := map[string]int{}
	for _, name := range []string{data.Train, data.Validation, data.Test, ""} {
		if s := spans[name]; s != nil {
			number[name] = len(t.Splits)
			t.Splits = append(t.Splits, *s)
		}
	}
	for _, unit := range []string{"hour", "day", "month", "year"} {
		if t.Unit, t.Periods = unit, periods(unit, t.First, t.Last); t.Periods != nil {
			break
		}
	}
	t.Counts = make([][]int, len(t.Periods))
	for i := range t.Counts {
		t.Counts[i] = make([]int, len(t.Splits))
	}
	for _, d := range docs {
		if d.Time.IsZero() || len(t.Periods) == 0 {
			continue
		}
		i, exact := slices.BinarySearchFunc(t.Periods, d.Time.UTC(), time.Time.Compare)
		if !exact {
			i--
		}
		t.Counts[i][number[d.Split]]++
	}
	return t
}

// periods returns the beginnings of the periods from one time to another, or
// nil if there are too many.
func periods(unit string, from, to time.Time) []time.Time {
	var at time.Time
	next := func(t time.Time) time.Time { return t.Add(time.Hour) }
	switch unit {
	case "hour":
		at = from.Truncate(time.Hour)
	case "day":
		at = time.Date(from.Year(), from.Month(), from.Day(), 0, 0, 0, 0, time.UTC)
		next = func(t time.Time) time.Time { return t.AddDate(0, 0, 1) }
	case "month":
		at = time.Date(from.Year(), from.Month(), 1, 0, 0, 0, 0, time.UTC)
		next = func(t time.Time) time.Time { return t.AddDate(0, 1, 0) }
	default:
		// Years stand for decades and more where there are many.
		step := 1
		for (to.Year()-from.Year())/step >= mostPeriods {
			step *= 10
		}
		at = time.Date(from.Year()-(from.Year()%step+step)%step, 1, 1, 0, 0, 0, 0, time.UTC)
		next = func(t time.Time) time.Time { return t.AddDate(step, 0, 0) }
	}
	var all []time.Time
	for ; !at.After(to); at = next(at) {
		if len(all) > mostPeriods {
			return nil
		}
		all = append(all, at)
	}
	return all
}

func (t *Times) span() string {
	return t.First.Format(time.DateTime) + " to " + t.Last.Format(time.DateTime)
}

// Table returns the span of every split.
func (t *Times) Table() *view.Table {
	v := view.NewTable("Times of the documents", "split", "documents", "first", "last")
	for _, s := range t.Splits {
		v.Add(cmp.Or(s.Split, "(none)"), s.Documents, s.First.Format(time.DateTime), s.Last.Format(time.DateTime))
	}
	if t.Without > 0 {
		v.Notes = append(v.Notes, counted(t.Without, "document has", "documents have")+" no time.")
	}
	v.Notes = append(v.Notes, "Times are UTC.")
	return v
}

// Figure draws the number of documents of each period, by split.
func (t *Times) Figure() (view.Figure, error) {
	layout := map[string]string{"hour": "2006-01-02 15 h", "day": "2006-01-02", "month": "2006-01", "year": "2006"}[t.Unit]
	labels, series := make([]string, len(t.Periods)), make([]chart.Series, len(t.Splits))
	for i, at := range t.Periods {
		labels[i] = at.Format(layout)
		for s := range series {
			series[s].Y = append(series[s].Y, float64(t.Counts[i][s]))
		}
	}
	for s := range series {
		series[s].Name = cmp.Or(t.Splits[s].Split, "no split")
	}
	opt := chart.BarOptions{Caption: "Documents over time.", XLabel: t.Unit, YLabel: "documents", Unit: "count"}
	if len(series) == 1 {
		return chart.Bar(labels, series[0].Y, opt)
	}
	opt.Stacked = true
	return chart.Bars(labels, series, opt)
}

// View implements view.Viewer: the documents over time, and the spans.
func (t *Times) View() []view.Item {
	if t == nil {
		return absent("times")
	}
	var items []view.Item
	if len(t.Periods) > 1 {
		items = figure(t.Figure())
	}
	return append(items, t.Table().View()...)
}
