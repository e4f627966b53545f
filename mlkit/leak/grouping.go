package leak

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"viva/mlkit/data"
	"viva/mlkit/view"
)

const (
	// largeInClass and largeInCorpus are the largest shares of a class and of
	// the corpus that a group may have.
	largeInClass  = 0.5
	largeInCorpus = 0.25
	// leastGroups is the number of groups below which five folds cannot be made.
	leastGroups = 5
)

// CoarseGroups wants groups to be small beside what they are split from.
//
// A group is too large if it has more than a quarter of the corpus, or more
// than half of a class of at least ten documents. There must be five groups, in
// the corpus and for each such class; and groups must not be classes under
// another name.
var CoarseGroups = Rule{
	Name:      "coarse groups",
	Condition: "groups are small beside the corpus and its classes",
	Counts:    "groups and classes that cannot be split",
	Why:       "A group goes to one side of a split as a whole. One that holds most of a class takes the class with it, and folds are not comparable.",
	Severity:  Warning,
	Repair:    "Define groups by what documents are cut from (an article, a thread, an author), not by class or collection.",
	run:       plain(coarseGroups),
}

func coarseGroups(in *input) Finding {
	size, classSize := map[string]int{}, map[string]int{}
	cells := map[[2]string]int{}
	grouped := 0
	for _, d := range in.docs {
		if d.Group == "" {
			continue
		}
		grouped++
		size[d.Group]++
		classSize[d.Label]++
		cells[[2]string{d.Group, d.Label}]++
	}
	switch {
	case grouped == 0:
		return Finding{Skipped: noGroups}
	case grouped < enough:
		return Finding{Skipped: "there are fewer than 20 documents with a group"}
	}
	delete(classSize, "")
	t := view.NewTable("Groups that are too coarse", "group", "class", "documents", "share [%]", "what is wrong")
	if len(size) < leastGroups {
		t.Add("", "", grouped, nil, fmt.Sprintf("there are %s: five folds take at least %d", plural(len(size), "group"), leastGroups))
	}
	names := byCount(size)
	for _, g := range names {
		if len(size) > 1 && float64(size[g]) > largeInCorpus*float64(grouped) {
			t.Add(short(g), "", size[g], float64(size[g])/float64(grouped), "the group has more than a quarter of the corpus")
		}
	}
	groupsOf := map[string]int{}
	for cell := range cells {
		groupsOf[cell[1]]++
	}
	classes := byCount(classSize)
	same := len(classes) > 1 && len(size) == len(classes) && len(cells) == len(classes)
	if same {
		t.Add("", "", grouped, nil, "every class is one group and every group one class")
	}
	for _, label := range classes {
		if classSize[label] < 10 || same {
			continue
		}
		for _, g := range names {
			if n := cells[[2]string{g, label}]; float64(n) > largeInClass*float64(classSize[label]) {
				t.Add(short(g), label, n, float64(n)/float64(classSize[label]), "the group has more than half of the class")
			}
		}
		if n := groupsOf[label]; n < leastGroups {
			t.Add("", label, classSize[label], nil, fmt.Sprintf("the class is in %s: five folds take at least %d", plural(n, "group"), leastGroups))
		}
	}
	f := Finding{Count: len(t.Rows), Detail: fmt.Sprintf("%s of %s", plural(len(size), "group"), plural(grouped, "document"))}
	if f.Count == 0 {
		return f
	}
	if most := in.opt.Examples; most >= 0 && len(t.Rows) > most {
		t.Notes = append(t.Notes, fmt.Sprintf("%d more.", len(t.Rows)-most))
		t.Rows = t.Rows[:most]
	}
	f.Evidence = t
	return f
}

// FineGroups wants documents that belong together to be in one group.
//
// Documents belong together if they are copies of each other, or if they have
// the same author, or the same title of at least two words and ten characters
// that no more than five groups have: more groups than that share a heading and
// not a source.
var FineGroups = Rule{
	Name:      "fine groups",
	Condition: "copies, and documents of one title or author, are in one group",
	Counts:    "documents that belong together with a document of another group",
	Why:       "A split by group keeps apart only what groups know of. An author's style, a story that is told twice or a thread that was cut in two still stands on both sides.",
	Severity:  Warning,
	Repair:    "Join groups that share copies, titles or authors before splitting, and remove copies first (prepare.Deduplicate).",
	run:       plain(fineGroups),
}

// titleGroups is the largest number of groups that one source's title may
// stand in.
const titleGroups = 5

func fineGroups(in *input) Finding {
	if len(in.corpus.GroupNames()) == 0 {
		return Finding{Skipped: noGroups}
	}
	type bond struct {
		kind, name string
		rows       []int
	}
	var bonds []bond
	apart := map[int]string{}
	kinds := map[string]int{}
	tie := func(kind, name string, rows []int) {
		bonds = append(bonds, bond{kind, name, rows})
		for _, row := range rows {
			if apart[row] == "" {
				apart[row] = kind
				kinds[kind]++
			}
		}
	}
	for _, rows := range in.copies.clusters {
		if in.groupCount(rows) > 1 {
			tie("copies", excerpt(in.docs[rows[0]].Body()), rows)
		}
	}
	shared := func(kind string, most int, key func(data.Document) string) {
		at := map[string]int{}
		var lists []bond
		for row, d := range in.docs {
			name := key(d)
			if name == "" || d.Group == "" {
				continue
			}
			i, ok := at[name]
			if !ok {
				i = len(lists)
				at[name] = i
				lists = append(lists, bond{kind: kind, name: name})
			}
			lists[i].rows = append(lists[i].rows, row)
		}
		for _, l := range lists {
			if n := in.groupCount(l.rows); n > 1 && (most == 0 || n <= most) {
				tie(kind, l.name, l.rows)
			}
		}
	}
	shared("title", titleGroups, func(d data.Document) string {
		title := Normalise(d.Title)
		if len(title) < 10 || !strings.Contains(title, " ") {
			return ""
		}
		return title
	})
	shared("author", 0, func(d data.Document) string { return strings.ToLower(strings.TrimSpace(d.Author)) })
	f := Finding{Count: len(apart)}
	if f.Count == 0 {
		return f
	}
	var parts []string
	for _, kind := range []string{"copies", "title", "author"} {
		if n := kinds[kind]; n > 0 {
			parts = append(parts, fmt.Sprintf("%s by %s", whole(n), kind))
		}
	}
	f.Detail = fmt.Sprintf("of %s in %s: %s", plural(len(in.docs), "document"), plural(len(in.corpus.GroupNames()), "group"), strings.Join(parts, ", "))
	// What stands on both sides of the split comes first.
	splitCount := func(b bond) int { return in.distinct(b.rows, func(d data.Document) string { return d.Split }) }
	slices.SortStableFunc(bonds, func(a, b bond) int {
		return cmp.Or(-cmp.Compare(min(splitCount(a), 2), min(splitCount(b), 2)), -cmp.Compare(len(a.rows), len(b.rows)))
	})
	f.Evidence = view.NewTable("Documents of several groups that belong together", "by", "which", "documents", "groups", "splits", "for example")
	for i, b := range bonds {
		if in.enough(f.Evidence, i, len(bonds), "set") {
			break
		}
		first := in.docs[b.rows[0]]
		other := b.rows[slices.IndexFunc(b.rows, func(row int) bool { return in.docs[row].Group != first.Group })]
		f.Evidence.Add(b.kind, short(b.name), len(b.rows), in.groupCount(b.rows), splitCount(b), fmt.Sprintf("%s and %s", place(first.Split, first.ID), place(in.docs[other].Split, in.docs[other].ID)))
	}
	return f
}

// groupCount returns the number of groups of the documents of rows.
func (in *input) groupCount(rows []int) int {
	return in.distinct(rows, func(d data.Document) string { return d.Group })
}

// distinct returns the number of different values, without empty ones.
func (in *input) distinct(rows []int, value func(data.Document) string) int {
	seen := map[string]bool{}
	for _, row := range rows {
		if v := value(in.docs[row]); v != "" {
			seen[v] = true
		}
	}
	return len(seen)
}

// excerpt returns the first words of a text.
func excerpt(text string) string {
	words := strings.Fields(short(text))
	return strings.Join(words, " ")
}
