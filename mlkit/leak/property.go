package leak

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"path"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"viva/mlkit/data"
	"viva/mlkit/metric"
	"viva/mlkit/split"
	"viva/mlkit/view"
)

// giveAwayGain is how much of the way from the base rate to 100 % a property's
// rule must go for the property to give the class away.
const giveAwayGain = 0.25

// GiveAwayProperties wants nothing that is known of a document besides its
// text to decide the class: the form of its ID and the number in it, its title,
// author, domain, time, length, encoding, and the fields of a message's header.
//
// What a property tells is measured by the accuracy of one rule (Holte 1993),
// cross-validated in five folds, over groups where there are any: for each
// value, the class that most training documents with it have. Numbers are cut
// into ranges of equally many documents. The base rate is that of the rule that
// always answers the largest class. A property gives the class away if its rule
// goes a quarter of the way from the base rate to 100 %, and the interval of
// its accuracy, widened for the number of properties, lies above the base rate.
var GiveAwayProperties = Rule{
	Name:      "give-away properties",
	Condition: "nothing that is known of a document besides its text gives the class away",
	Counts:    "properties that predict the class far above its base rate",
	Why:       "What comes from how the data was collected stands in for the class, and is not there when the model is used. Header fields are part of a message's text: a model reads them.",
	Severity:  Warning,
	Repair:    "Keep the property from the model: strip headers when reading (data.Options.Headers), leave it out of the features; balance the domains within classes (prepare.BalanceDomains).",
	run:       giveAwayProperties,
}

// property is something known of the documents. Categories have values, ""
// where it is not known; numbers are NaN where it is not known.
type property struct {
	name    string
	values  []string
	numbers []float64
}

func giveAwayProperties(ctx context.Context, in *input) (Finding, error) {
	rows, class, classes, skipped := in.learning()
	if skipped != "" {
		return Finding{Skipped: skipped}, nil
	}
	folds, err := in.foldsOf(rows, in.labelsOf(rows))
	if err != nil {
		return Finding{}, err
	}
	size := make([]int, len(classes))
	for _, k := range class {
		size[k]++
	}
	base := float64(slices.Max(size)) / float64(len(rows))
	groups := map[string]bool{}
	for _, g := range in.groupsOf(rows) {
		groups[g] = true
	}
	all := in.properties(rows)
	type result struct {
		property
		accuracy  float64
		interval  view.Interval
		different int
		example   string
	}
	var found []result
	for _, p := range all {
		if err := ctx.Err(); err != nil {
			return Finding{}, err
		}
		right := 0
		for _, fold := range folds {
			right += p.rule(fold, class, len(classes))
		}
		r := result{property: p, accuracy: float64(right) / float64(len(rows))}
		// Documents of one group are not independent: groups are counted.
		n := len(groups)
		level := 1 - 0.05/float64(len(all))
		if r.interval, err = metric.Wilson(int(r.accuracy*float64(n)), n, level); err != nil {
			return Finding{}, err
		}
		if (r.accuracy-base)/(1-base) >= giveAwayGain && r.interval.Low > base {
			r.different, r.example = p.describe(rows, class, classes)
			found = append(found, r)
		}
	}
	f := Finding{Count: len(found), Detail: fmt.Sprintf("of %d properties; the largest class is %s of the documents", len(all), view.FormatUnit(base, "%"))}
	if len(found) == 0 {
		return f, nil
	}
	slices.SortStableFunc(found, func(a, b result) int { return -cmp.Compare(a.accuracy, b.accuracy) })
	f.Evidence = view.NewTable("Properties that give the class away", "property", "accuracy of one rule [%]", "base rate [%]", "different values", "for example")
	for i, r := range found {
		if in.enough(f.Evidence, i, len(found), "property") {
			break
		}
		f.Evidence.Add(r.name, r.accuracy, base, r.different, r.example)
	}
	return f, nil
}

func (in *input) labelsOf(rows []int) []string {
	labels := make([]string, len(rows))
	for i, row := range rows {
		labels[i] = in.docs[row].Label
	}
	return labels
}

// foldsOf makes five folds of documents with the given labels, which keep
// groups whole where there are enough of them.
func (in *input) foldsOf(rows []int, labels []string) ([]split.Fold, error) {
	opt := split.Options{Shuffle: true, Seed: 1}
	if folds, err := split.StratifiedGroupKFold(labels, in.groupsOf(rows), opt); err == nil {
		return folds.Folds, nil
	}
	folds, err := split.KFold(len(rows), opt)
	if err != nil {
		return nil, err
	}
	return folds.Folds, nil
}

// properties returns what is known of the documents of the given rows. A
// property that has the same value everywhere is left out.
func (in *input) properties(rows []int) []property {
	var all []property
	category := func(name string, value func(data.Document) string) {
		p := property{name: name, values: make([]string, len(rows))}
		for i, row := range rows {
			p.values[i] = value(in.docs[row])
		}
		if slices.ContainsFunc(p.values, func(v string) bool { return v != p.values[0] }) {
			all = append(all, p)
		}
	}
	number := func(name string, value func(data.Document) float64) {
		p := property{name: name, numbers: make([]float64, len(rows))}
		for i, row := range rows {
			p.numbers[i] = value(in.docs[row])
		}
		if slices.ContainsFunc(p.numbers, func(v float64) bool { return v != p.numbers[0] && !math.IsNaN(v) }) {
			all = append(all, p)
		}
	}
	category("the form of the ID", func(d data.Document) string { return form(ownID(d)) })
	if !in.numbered() {
		number("the number in the ID", func(d data.Document) float64 { return lastNumber(ownID(d)) })
	}
	category("the title", func(d data.Document) string { return d.Title })
	category("the author", func(d data.Document) string { return d.Author })
	category("the domain", func(d data.Document) string { return d.Domain })
	number("the time", func(d data.Document) float64 {
		if d.Time.IsZero() {
			return math.NaN()
		}
		return float64(d.Time.Unix())
	})
	number("the length", func(d data.Document) float64 { return float64(len(d.Body())) })
	category("the encoding", func(d data.Document) string { return encoding(d.Body()) })
	return append(all, in.headerFields(rows)...)
}

// ownID returns the ID of a document without what a reader of folders puts in
// front of the file's name: the label, and the split.
func ownID(d data.Document) string {
	id := d.ID
	if d.Split != "" {
		id = strings.TrimPrefix(id, d.Split+"/")
	}
	if d.Label != "" {
		id = strings.TrimPrefix(id, d.Label+"/")
	}
	return id
}

// form returns an ID with 0 for every run of digits.
func form(id string) string {
	var b strings.Builder
	digit := false
	for _, r := range id {
		if r >= '0' && r <= '9' {
			if !digit {
				b.WriteByte('0')
			}
			digit = true
			continue
		}
		digit = false
		b.WriteRune(r)
	}
	return b.String()
}

// lastNumber returns the last run of digits of an ID, NaN if there is none.
func lastNumber(id string) float64 {
	isDigit := func(r rune) bool { return r >= '0' && r <= '9' }
	to := strings.LastIndexFunc(id, isDigit) + 1
	from := strings.LastIndexFunc(id[:to], func(r rune) bool { return !isDigit(r) }) + 1
	if n, err := strconv.ParseFloat(id[from:to], 64); err == nil {
		return n
	}
	return math.NaN()
}

// numbered reports whether IDs only count the rows: such numbers say in which
// order the documents were read.
func (in *input) numbered() bool {
	next := 0
	for row := 1; row < len(in.docs); row++ {
		if lastNumber(in.docs[row].ID) == lastNumber(in.docs[row-1].ID)+1 {
			next++
		}
	}
	return float64(next) >= 0.95*float64(len(in.docs)-1)
}

// encoding describes how a text is written down.
func encoding(s string) string {
	parts := []string{"ASCII"}
	for _, r := range s {
		if r >= utf8.RuneSelf {
			parts[0] = "beyond ASCII"
			break
		}
	}
	for _, sign := range []struct{ text, name string }{
		{"\r\n", "CR LF"}, {"\t", "tabs"}, {"\ufffd", "broken characters"}, {"\ufeff", "byte order mark"}, {"\u00a0", "no-break spaces"}, {"</", "mark-up"}, {"&amp;", "entities"},
	} {
		if strings.Contains(s, sign.text) {
			parts = append(parts, sign.name)
		}
	}
	if strings.HasSuffix(s, "\n") {
		parts = append(parts, "newline at the end")
	}
	return strings.Join(parts, ", ")
}

// headerFields returns the fields of messages' headers that one document in
// twenty has, by name.
func (in *input) headerFields(rows []int) []property {
	fields := map[string]*property{}
	count := map[string]int{}
	for i, row := range rows {
		d := in.docs[row]
		if !d.Message {
			continue
		}
		for name, value := range eachField(d.Text[:len(d.Text)-len(d.Body())]) {
			p := fields[name]
			if p == nil {
				p = &property{name: "the header field " + name, values: make([]string, len(rows))}
				fields[name] = p
			}
			if p.values[i] == "" {
				count[name]++
			}
			p.values[i] = cmp.Or(value, " ")
		}
	}
	var all []property
	for name, p := range fields {
		if 20*count[name] >= len(rows) {
			all = append(all, *p)
		}
	}
	slices.SortFunc(all, func(a, b property) int { return cmp.Compare(a.name, b.name) })
	return all
}

// eachField yields the names and values of a header's fields. Lines that
// continue a field are left out.
func eachField(header string) func(yield func(name, value string) bool) {
	return func(yield func(name, value string) bool) {
		for line := range strings.Lines(header) {
			name, value, ok := strings.Cut(line, ":")
			if !ok || name == "" || strings.ContainsAny(name, " \t") {
				continue
			}
			if !yield(strings.ToUpper(name[:1])+name[1:], strings.TrimSpace(value)) {
				return
			}
		}
	}
}

// rule learns the most frequent class of each value from the training part of
// a fold and returns how many documents of the test part it labels right.
func (p property) rule(fold split.Fold, class []int, classes int) (right int) {
	value := p.categories(fold.Train)
	counts := map[string][]int{}
	total := make([]int, classes)
	for _, i := range fold.Train {
		v := value(i)
		if counts[v] == nil {
			counts[v] = make([]int, classes)
		}
		counts[v][class[i]]++
		total[class[i]]++
	}
	best := map[string]int{}
	for v, n := range counts {
		best[v] = most(n)
	}
	largest := most(total)
	for _, i := range fold.Test {
		k, ok := best[value(i)]
		if !ok {
			k = largest
		}
		if k == class[i] {
			right++
		}
	}
	return right
}

// most returns the place of the largest number, the first of equal ones.
func most(counts []int) int {
	at := 0
	for k, n := range counts {
		if n > counts[at] {
			at = k
		}
	}
	return at
}

// categories returns the category of each document. The ranges of numbers are
// those of the given rows, at least twenty documents in each.
func (p property) categories(rows []int) func(i int) string {
	if p.numbers == nil {
		return func(i int) string { return p.values[i] }
	}
	var known []float64
	for _, i := range rows {
		if !math.IsNaN(p.numbers[i]) {
			known = append(known, p.numbers[i])
		}
	}
	slices.Sort(known)
	const perRange, ranges = 20, 256
	n := min(len(known)/perRange, ranges)
	var cuts []float64
	for k := 1; k < n; k++ {
		cuts = append(cuts, known[len(known)*k/n])
	}
	cuts = slices.Compact(cuts)
	names := make([]string, len(cuts)+1)
	for k := range names {
		names[k] = strconv.Itoa(k)
	}
	return func(i int) string {
		if math.IsNaN(p.numbers[i]) {
			return ""
		}
		k, exact := slices.BinarySearch(cuts, p.numbers[i])
		if exact {
			k++
		}
		return names[k]
	}
}

// describe returns the number of different values, and a value with the class
// it gives away: that with the most documents of one class beyond the others.
func (p property) describe(rows, class []int, classes []string) (different int, example string) {
	all := make([]int, len(rows))
	for i := range all {
		all[i] = i
	}
	value := p.categories(all)
	counts := map[string][]int{}
	var order []string
	low, high := map[string]float64{}, map[string]float64{}
	for i := range rows {
		v := value(i)
		if counts[v] == nil {
			counts[v] = make([]int, len(classes))
			order = append(order, v)
			if p.numbers != nil {
				low[v], high[v] = p.numbers[i], p.numbers[i]
			}
		}
		counts[v][class[i]]++
		if p.numbers != nil {
			low[v], high[v] = min(low[v], p.numbers[i]), max(high[v], p.numbers[i])
		}
	}
	best, margin := "", math.MinInt
	for _, v := range order {
		n, sum := counts[v], 0
		for _, c := range n {
			sum += c
		}
		if m := 2*n[most(n)] - sum; m > margin {
			best, margin = v, m
		}
	}
	n, sum := counts[best], 0
	for _, c := range n {
		sum += c
	}
	name := strconv.Quote(short(best))
	switch {
	case p.numbers != nil && best != "" && p.name == "the time":
		name = fmt.Sprintf("%s to %s", day(low[best]), day(high[best]))
	case p.numbers != nil && best != "":
		name = fmt.Sprintf("%.0f to %.0f", low[best], high[best])
	case strings.TrimSpace(best) == "":
		name = "none"
	}
	k := most(n)
	return len(counts), fmt.Sprintf("%s: %d of %d are %s", name, n[k], sum, classes[k])
}

// short cuts a text for a table.
func short(s string) string {
	const longest = 60
	if r := []rune(s); len(r) > longest {
		return string(r[:longest-1]) + "…"
	}
	return s
}

// fileName returns the last part of an ID without the ending.
func fileName(id string) string {
	name := path.Base(id)
	if end := path.Ext(name); end != name && strings.ContainsFunc(end, func(r rune) bool { return r >= 'a' && r <= 'z' }) {
		name = strings.TrimSuffix(name, end)
	}
	return name
}
