package leak

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"viva/mlkit/data"
	"viva/mlkit/view"
)

// IdentifiersInTexts wants texts not to say what they are called.
//
// It looks for a document's class, ID and group in its whole text. Chance is
// told by comparison: how often texts hold the name of another document's, one
// of another class, ID or group. A name is found if at least 2 % more of the
// texts hold their own than hold the other's, and a sign test rules out chance.
// IDs and groups count if they have a digit and no spaces: other names are words
// that a text about them uses.
var IdentifiersInTexts = Rule{
	Name:      "identifiers in texts",
	Condition: "no text holds its own class, ID or group",
	Counts:    "documents that hold their own class, ID or group",
	Why:       "The answer stands in the question, or a number that leads to it.",
	Severity:  Warning,
	Repair:    "Take the names out of the texts: strip headers when reading (data.Options.Headers), mask the words (prepare.RemoveEasy with Mask).",
	run:       identifiersInTexts,
}

// ownShare is the smallest share of texts that must hold their own name beyond
// those that hold another's.
const ownShare = 0.02

func identifiersInTexts(ctx context.Context, in *input) (Finding, error) {
	kinds := []struct {
		name string
		of   func(data.Document) string
	}{
		{"class", func(d data.Document) string { return classMark(d.Label) }},
		{"ID", func(d data.Document) string { return mark(fileName(ownID(d))) }},
		{"group", func(d data.Document) string { return mark(d.Group) }},
	}
	lower := make([]string, len(in.docs))
	if err := eachOf(ctx, len(lower), "", func(i int) { lower[i] = strings.ToLower(in.docs[i].Text) }); err != nil {
		return Finding{}, err
	}
	t := view.NewTable("Texts that say what they are called", "name", "documents that hold their own", "documents that hold another's", "for example")
	holding := map[int]bool{}
	tried := 0
	for _, kind := range kinds {
		names := make([]string, len(in.docs))
		for row, d := range in.docs {
			names[row] = strings.ToLower(kind.of(d))
		}
		own, other, named := make([]bool, len(names)), make([]bool, len(names)), 0
		err := eachOf(ctx, len(names), "", func(row int) {
			if names[row] == "" {
				return
			}
			own[row] = holds(lower[row], names[row])
			// The other is the next row's with another name, so that each name is
			// looked for about as often.
			for k := 1; k < len(names); k++ {
				if n := names[(row+k)%len(names)]; n != "" && n != names[row] {
					other[row] = holds(lower[row], n)
					break
				}
			}
		})
		if err != nil {
			return Finding{}, err
		}
		var with []int
		own1, other1, onlyOwn, onlyOther := 0, 0, 0, 0
		for row := range names {
			if names[row] == "" {
				continue
			}
			named++
			if own[row] {
				own1++
				with = append(with, row)
			}
			if other[row] {
				other1++
			}
			if own[row] && !other[row] {
				onlyOwn++
			}
			if other[row] && !own[row] {
				onlyOther++
			}
		}
		if named == 0 {
			continue
		}
		tried++
		if float64(own1-other1) < max(ownShare*float64(named), 5) || upperTail(onlyOwn+onlyOther, onlyOwn, 0.5) > chanceLimit/3 {
			continue
		}
		for _, row := range with {
			holding[row] = true
		}
		first := with[0]
		t.Add(kind.name, own1, other1, place(in.docs[first].Split, in.docs[first].ID)+": "+around(in.docs[first].Text, lower[first], names[first]))
	}
	if tried == 0 {
		return Finding{Skipped: "no document has a class, or a group or an ID with digits in it"}, nil
	}
	f := Finding{Count: len(holding)}
	if f.Count > 0 {
		f.Detail = fmt.Sprintf("of %s", plural(len(in.docs), "document"))
		f.Evidence = t
	}
	return f, nil
}

// classMark returns a label by which a class is known in a text; "" for labels
// of one or two characters and for numbers.
func classMark(label string) string {
	if utf8.RuneCountInString(label) < 3 || !strings.ContainsFunc(label, unicode.IsLetter) {
		return ""
	}
	return label
}

// mark returns a name if it cannot be a word: if it has a digit, at least four
// characters and no spaces.
func mark(name string) string {
	if len(name) < 4 || strings.ContainsFunc(name, unicode.IsSpace) || !strings.ContainsFunc(name, unicode.IsDigit) {
		return ""
	}
	return name
}

// holds reports whether a text has a name that is no part of a longer word or
// number.
func holds(text, name string) bool { return where(text, name) >= 0 }

// where returns where a text has a name, -1 for nowhere.
func where(text, name string) int {
	for from := 0; ; {
		at := strings.Index(text[from:], name)
		if at < 0 {
			return -1
		}
		at += from
		before, _ := utf8.DecodeLastRuneInString(text[:at])
		after, _ := utf8.DecodeRuneInString(text[at+len(name):])
		if !inWord(before) && !inWord(after) {
			return at
		}
		from = at + 1
	}
}

func inWord(r rune) bool { return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsNumber(r)) }

// around returns what stands around a name in a text. Lower-casing may change
// the length of a text, and then the lower-case one is shown.
func around(text, lower, name string) string {
	at := where(lower, name)
	if at < 0 {
		return ""
	}
	if len(text) != len(lower) {
		text = lower
	}
	from, to := max(0, at-30), min(len(text), at+len(name)+30)
	return "… " + strings.Join(strings.Fields(strings.ToValidUTF8(text[from:to], "")), " ") + " …"
}

// SharedIdentifiers wants no number or address to lead from a tested document to
// the answer.
//
// Identifiers are runs of letters, digits and the signs . _ @ - + of at least
// six characters, three of them digits or one an @, that at most three training
// documents have. A held-out document is linked to those that have one of its
// identifiers. Links matter if the classes at both ends are the same more often
// than the sizes of the classes explain.
var SharedIdentifiers = Rule{
	Name:      "shared identifiers",
	Condition: "no rare number or address links a held-out document to a training document of its class",
	Counts:    "held-out documents that share a rare identifier with a training document of their class",
	Why:       "An order number, an address or a message's ID that stands on both sides of the split is learned by heart. It is also the sign of a group that was torn apart.",
	Severity:  Warning,
	Repair:    "Put documents that share an identifier into one group and split by group, or mask the identifiers.",
	run:       sharedIdentifiers,
}

func sharedIdentifiers(ctx context.Context, in *input) (Finding, error) {
	type known struct {
		rows [3]int32
		n    int32
	}
	identifiers := map[string]*known{}
	size := map[string]int{}
	training, heldOut := 0, 0
	for row, d := range in.docs {
		if row%1000 == 0 && ctx.Err() != nil {
			return Finding{}, ctx.Err()
		}
		if d.Split != data.Train {
			if d.Split != "" {
				heldOut++
			}
			continue
		}
		training++
		size[d.Label]++
		eachIdentifier(d.Text, func(id string) {
			k := identifiers[id]
			if k == nil {
				k = &known{}
				identifiers[strings.Clone(id)] = k
			}
			if k.n > 0 && int(k.n) <= len(k.rows) && k.rows[k.n-1] == int32(row) {
				return
			}
			if int(k.n) < len(k.rows) {
				k.rows[k.n] = int32(row)
			}
			k.n++
		})
	}
	if training == 0 || heldOut == 0 {
		return Finding{Skipped: "the corpus has no training documents or none that are held out"}, nil
	}
	type link struct {
		id       string
		row, to  int
		expected float64
	}
	var links []link
	same, expected := 0, 0.0
	for row, d := range in.docs {
		if d.Split == data.Train || d.Split == "" || d.Label == "" {
			continue
		}
		best := link{row: -1}
		eachIdentifier(d.Text, func(id string) {
			k := identifiers[id]
			if k == nil || int(k.n) > len(k.rows) || best.row >= 0 && in.docs[best.to].Label == d.Label {
				return
			}
			for _, to := range k.rows[:k.n] {
				if best.row < 0 || in.docs[to].Label == d.Label {
					best = link{id: strings.Clone(id), row: row, to: int(to), expected: chanceOf(size, training, d.Label, int(k.n))}
				}
			}
		})
		if best.row < 0 {
			continue
		}
		expected += best.expected
		if in.docs[best.to].Label == d.Label {
			same++
			links = append(links, best)
		} else {
			links = append(links, best)
		}
	}
	f := Finding{Detail: fmt.Sprintf("%s of %s held-out documents share a rare identifier with a training document; %s of them have the same class, where the sizes of the classes explain %.0f", whole(len(links)), whole(heldOut), whole(same), expected)}
	// The labels of the linked documents are taken as independent trials with
	// their mean probability, which overstates the spread.
	enoughOf := float64(same) >= max(5, 0.01*float64(heldOut)) && float64(same)-expected >= giveAwayGain*(float64(len(links))-expected)
	if len(links) == 0 || !enoughOf || upperTail(len(links), same, expected/float64(len(links))) > chanceLimit {
		return f, nil
	}
	f.Count = same
	links = slices.DeleteFunc(links, func(l link) bool { return in.docs[l.row].Label != in.docs[l.to].Label })
	f.Evidence = view.NewTable("Rare identifiers on both sides of the split", "identifier", "held-out document", "training document", "class")
	for i, l := range links {
		if in.enough(f.Evidence, i, len(links), "document") {
			break
		}
		f.Evidence.Add(short(l.id), place(in.docs[l.row].Split, in.docs[l.row].ID), place(in.docs[l.to].Split, in.docs[l.to].ID), in.docs[l.row].Label)
	}
	return f, nil
}

// chanceOf is the probability that one of n training documents drawn at random
// has the label.
func chanceOf(size map[string]int, training int, label string, n int) float64 {
	none := 1.0
	for range n {
		none *= 1 - float64(size[label])/float64(training)
	}
	return 1 - none
}

// isIdentifier tells the bytes that identifiers are made of.
var isIdentifier = func() (is [256]bool) {
	for _, c := range []byte("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._@-+") {
		is[c] = true
	}
	return is
}()

// eachIdentifier calls f with every identifier of a text.
func eachIdentifier(text string, f func(id string)) {
	const shortest, longest = 6, 100
	from, digits, at := -1, 0, false
	end := func(to int) {
		if id := strings.Trim(text[from:to], "._-+@"); len(id) >= shortest && len(id) <= longest && (digits >= 3 || at && strings.Contains(id, "@")) {
			f(id)
		}
		from, digits, at = -1, 0, false
	}
	for i := range len(text) {
		c := text[i]
		switch {
		case !isIdentifier[c]:
			if from >= 0 {
				end(i)
			}
			continue
		case from < 0:
			from = i
		}
		if c >= '0' && c <= '9' {
			digits++
		}
		at = at || c == '@'
	}
	if from >= 0 {
		end(len(text))
	}
}

// byCount orders names by how often they occur, the most frequent first, then
// by name.
func byCount(counts map[string]int) []string {
	names := make([]string, 0, len(counts))
	for n := range counts {
		names = append(names, n)
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(-cmp.Compare(counts[a], counts[b]), cmp.Compare(a, b)) })
	return names
}
