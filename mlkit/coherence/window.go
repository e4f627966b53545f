package coherence

// run is a run of windows, from the first to before the last.
type run struct{ from, to int }

// present is a word of a topic that occurs in the document at hand.
type present struct {
	rank int32
	word int32
}

// counter counts the virtual documents of one document after another. Where a
// word is present is kept as runs of windows, so that the work does not grow with
// the number of windows but with that of the topics' words in the document.
type counter struct {
	counts  *counts
	members [][]membership
	opt     Options

	positions [][]int // of each word looked for, in the document at hand
	found     []int32 // the words that have positions
	runs      [][]run
	inTopic   [][]present
	touched   []int32 // the topics of which there are words
}

func newCounter(c *counts, members [][]membership, opt Options) *counter {
	topics := 0
	if c.width > 0 {
		topics = len(c.square) / (c.width * c.width)
	}
	return &counter{
		counts: c, members: members, opt: opt, positions: make([][]int, len(members)),
		runs: make([][]run, len(members)), inTopic: make([][]present, topics),
	}
}

// add counts a document. which tells which of the words looked for a token is,
// 0 for none.
func (c *counter) add(tokens []int32, which []int32) {
	windows := 1
	if c.opt.Window > 0 {
		if len(tokens) == 0 {
			return
		}
		windows = max(1, len(tokens)-c.opt.Window+1)
	}
	c.counts.documents += windows
	for _, w := range c.found {
		c.positions[w] = c.positions[w][:0]
	}
	c.found = c.found[:0]
	for i, t := range tokens {
		w := which[t]
		if w == 0 {
			continue
		}
		if len(c.positions[w]) == 0 {
			c.found = append(c.found, w)
		}
		c.positions[w] = append(c.positions[w], i)
	}
	for _, w := range c.found {
		runs := c.runs[w][:0]
		switch {
		case windows == 1:
			runs = append(runs, run{0, 1})
		case c.opt.ExactWindows:
			runs = exactRuns(runs, c.positions[w], c.opt.Window, windows)
		default:
			runs = slidRuns(runs, c.positions[w], c.opt.Window, windows)
		}
		c.runs[w] = runs
		for _, m := range c.members[w] {
			if len(c.inTopic[m.topic]) == 0 {
				c.touched = append(c.touched, m.topic)
			}
			c.inTopic[m.topic] = append(c.inTopic[m.topic], present{m.rank, w})
		}
	}
	for _, t := range c.touched {
		c.pairs(int(t))
		c.inTopic[t] = c.inTopic[t][:0]
	}
	c.touched = c.touched[:0]
}

// pairs counts the words of a topic that are in the document, and their pairs.
func (c *counter) pairs(topic int) {
	words := c.inTopic[topic]
	width := c.counts.width
	square := c.counts.square[topic*width*width : (topic+1)*width*width]
	for a, v := range words {
		for _, w := range words[:a+1] {
			i, j := int(max(v.rank, w.rank)), int(min(v.rank, w.rank))
			square[i*width+j] += int64(common(c.runs[v.word], c.runs[w.word]))
		}
	}
}

// common is the number of windows that are in both lists of runs.
func common(a, b []run) int {
	n, i, j := 0, 0, 0
	for i < len(a) && j < len(b) {
		if from, to := max(a[i].from, b[j].from), min(a[i].to, b[j].to); from < to {
			n += to - from
		}
		if a[i].to < b[j].to {
			i++
		} else {
			j++
		}
	}
	return n
}

// exactRuns appends the runs of windows in which a word is that stands at the
// given positions, ascending. Window s holds the tokens s to s+size-1.
func exactRuns(runs []run, positions []int, size, windows int) []run {
	for _, p := range positions {
		from, to := max(0, p-size+1), min(p+1, windows)
		if n := len(runs); n > 0 && from <= runs[n-1].to {
			runs[n-1].to = to
			continue
		}
		runs = append(runs, run{from, to})
	}
	return runs
}

// slidRuns appends the runs of windows in which gensim counts the word: in the
// first window if it is there; from the window that it enters; and no longer from
// the window that any of its occurrences has left.
func slidRuns(runs []run, positions []int, size, windows int) []run {
	open := -1
	if positions[0] < size {
		open = 0
	}
	entering := 0
	for entering < len(positions) && positions[entering] < size {
		entering++
	}
	leaving := 0
	for {
		enters, leaves := windows, windows
		if entering < len(positions) {
			enters = positions[entering] - size + 1
		}
		if leaving < len(positions) {
			leaves = min(positions[leaving]+1, windows)
		}
		switch {
		case enters == windows && leaves == windows:
			if open >= 0 {
				runs = append(runs, run{open, windows})
			}
			return runs
		case leaves <= enters:
			if open >= 0 {
				runs = append(runs, run{open, leaves})
				open = -1
			}
			leaving++
		default:
			if open < 0 {
				open = enters
			}
			entering++
		}
	}
}
