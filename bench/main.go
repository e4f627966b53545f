// Command bench measures mlkit against well-known programs for the same work
// ("peers") on public data.
//
//	go run ./bench NAME [-data DIR] [-peers] [-runs N]
//	go run ./bench conformance [-suite go|yaegi] [-folder NAME] [-list] [-every N] [-compile]
//	go run ./bench interpret [-runs N]
//	go run ./bench save [-data DIR] [-peers] [-runs N] [-saves N]
//	go run ./bench memory [-edits N]
//	go run ./bench leak [-data DIR] [-runs N] [-made N [-method exact|minhash]]
//	go run ./bench errorcheck [-folder NAME] [-list] [-every N]
//
// NAME is a benchmark; without one, those that there are are listed. Results
// are JSON lines on standard output, one for each measured quantity:
//
//	{"bench":"classify","name":"cv5_seconds","value":1.2,"unit":"s","peer":"scikit-learn","peer_value":12.3,"ratio":10.2}
//
// ratio says how many times better than the peer it is, above 1 in our favour.
// The peer's fields are there only with -peers, which runs the peer in the same
// run, in turns with our own: on a busy machine seconds mean little and ratios
// still something. Times are medians over the runs.
//
// models measures the time and memory of the models and how time grows with the
// number of documents, and quality how well they do on the official splits of
// public data, as the mean of 3 seeds where something is random; the notes name
// results of others.
//
// conformance is not against a peer but against Go: it counts how many of Go's
// own test programs the engine runs as the compiler does (interpreted, or
// compiled where the interpreter cannot run them), refuses, or runs otherwise,
// over all and for each folder; -list names the last two. With
// -suite yaegi the programs are the tests of the interpreter's own module,
// compared with what they print when compiled, and not with what it prints.
//
// interpret compares cells as they are run, interpreted, with the same code
// compiled (…_to_native) and with the interpreter given the source as it stands
// (…_to_plain), and measures how long a notebook takes until its first cell
// runs (start_ms). Ratios are times: of ours by the other's.
//
// save measures what a person at an editor waits for: from the write of a save
// to the moment at which the live page in a real browser has the change, for an
// edit of the prose and for one of the last plot, in a notebook of 21 small
// cells and in the one that trains a classifier on 20 Newsgroups. Of each kind
// there are -saves saves, alternately in place and by renaming; printed are the
// median and the 95th percentile, the medians of the stages between, and how
// much was trained, which must be nothing. It also measures whole processes: of
// a notebook of which nothing is known, against knitr and pandoc, and of those
// on 20 Newsgroups when everything is known. What these gave is kept in the
// user's cache; the first benchmark of a program takes minutes longer.
//
// memory edits notebooks in sessions of -edits edits each (of prose, a plot and
// code, with mistakes that are repaired) and prints how much memory the program
// and its kernel hold after every tenth, the peak, the slope after the first
// hundred, and when the kernel was started again and why. After every 25 edits
// there is a pause of four seconds.
//
// leak finds all near-duplicates of 20 Newsgroups and Reuters-21578 (real_…), and
// of corpora of ten thousand, a hundred thousand and a million documents of about
// a hundred words that are made of their sentences, one in a hundred a near copy
// of another (made_…, and made_minhash_… by the other method): recall is that of
// planted copies at a Jaccard index of 0.8 or more, precision that of all pairs
// that were found, both judged by comparing sets of word 5-grams. Every made-up
// corpus is searched in a process of its own, the largest once, with its peak
// memory; -made measures one of so many documents in this process.
//
// quality measures how well the models do on the official splits of public data
// sets. All choices are made by cross-validation on the training parts, and
// printed with each value beside published references.
//
// errorcheck counts the programs among Go's tests that must not compile and in
// which the checker finds errors on the lines that are marked, and on no
// others; and the correct programs that it refuses. -list prints what differs.
//
// Exit status: 0 measured, 1 failed, 2 usage.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"

	"time"
	"viva/runtime/kernel"
)

// settings are what the command line says.
type settings struct {
	data  string
	peers bool
	runs  int
	// saves is how many edits of each kind save makes.
	saves int
	// edits is how many memory makes in a session.
	edits int
	// folder, list and every are conformance's and errorcheck's: one folder only,
	// print what is not the same, and one of every so many programs. suite names
	// conformance's programs.
	folder string
	suite  string
	list   bool
	every  int
	// compile has every program compiled.
	compile bool
	// made and method are leak's: measure only a made-up corpus of so many
	// documents, in this process.
	made   int
	method string
	// timeout is how long one of conformance's programs may run.
	timeout time.Duration
	// log is where progress goes.
	log io.Writer
}

// benchmark is one entry of the list of benchmarks.
type benchmark struct {
	name string
	// about says what is measured, on what.
	about string
	run   func(ctx context.Context, s settings) ([]result, error)
}

var benchmarks = []benchmark{
	{"classify", "TF-IDF and linear SVM on 20 Newsgroups, against scikit-learn", classify20ng},
	{"leak", "near-duplicates of 20 Newsgroups and Reuters, and of up to a million documents", timeCopies},
	{"models", "the classifier, topic models and their coherence on 20 Newsgroups, against scikit-learn and gensim", timeModels},
	{"quality", "how well the models do on public data, beside published results", measureQuality},
	{"defaults", "defaults of the classifier and of relations, beside a search, on collections of many kinds", measureDefaults},
	{"check", "the check of a notebook of 20 cells, with the start of the process", timeCheck},
	{"conformance", "Go's own test programs, interpreted and compiled, against what they print when compiled", conformance},
	{"save", "from a save to the browser, and whole runs, against knitr and pandoc", timeSaves},
	{"memory", "memory of the program and its kernel over a long session", measureMemory},
	{"interpret", "loops, calls and maps interpreted, against compiled and against the interpreter alone", interpret},
	{"errorcheck", "Go's own programs that must not compile, against what the compiler reports", errorcheck},
}

// result is one measured quantity.
type result struct {
	Bench string  `json:"bench"`
	Name  string  `json:"name"`
	Value float64 `json:"value"`
	Unit  string  `json:"unit"`
	// Peer, PeerValue and Ratio are set if the peer was run.
	Peer      string  `json:"peer,omitempty"`
	PeerValue float64 `json:"peer_value,omitempty"`
	Ratio     float64 `json:"ratio,omitempty"`
	// Notebook is the one that was measured, where there are several.
	Notebook string `json:"notebook,omitempty"`
	// Folder is the part that was measured, empty for all.
	Folder string `json:"folder,omitempty"`
	// Edit is after how many edits of a session the value was measured.
	Edit int    `json:"edit,omitempty"`
	Note string `json:"note,omitempty"`
}

// against adds the peer's value. less says that a smaller value is better.
func (r result) against(peer string, value float64, less bool) result {
	r.Peer, r.PeerValue = peer, value
	if less {
		r.Ratio = value / r.Value
	} else {
		r.Ratio = r.Value / value
	}
	return r
}

func main() {
	kernel.Main()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	usage := func() {
		fmt.Fprintln(stderr, "usage: bench NAME [-data DIR] [-peers] [-runs N]\n\nbenchmarks:")
		for _, b := range benchmarks {
			fmt.Fprintf(stderr, "  %-10s %s\n", b.name, b.about)
		}
	}
	if len(args) == 0 {
		usage()
		return 2
	}
	i := slices.IndexFunc(benchmarks, func(b benchmark) bool { return b.name == args[0] })
	if i < 0 {
		fmt.Fprintf(stderr, "bench: no benchmark %q\n", args[0])
		usage()
		return 2
	}
	s := settings{log: stderr, saves: 1, edits: 1}
	flags := flag.NewFlagSet("bench "+args[0], flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&s.data, "data", "../shared/data", "`folder` with the public data sets")
	flags.BoolVar(&s.peers, "peers", false, "also run the peer")
	flags.IntVar(&s.runs, "runs", 3, "`number` of timed runs, of which the median counts")
	if args[0] == "conformance" || args[0] == "errorcheck" {
		flags.StringVar(&s.folder, "folder", "", "only this `folder` of Go's tests; . for the files at the top")
		flags.BoolVar(&s.list, "list", false, "print the programs that are refused or differ")
		flags.IntVar(&s.every, "every", 1, "run one of every `N` programs")
	}
	if args[0] == "conformance" {
		flags.DurationVar(&s.timeout, "timeout", 10*time.Minute, "how `long` one program may run")
		flags.BoolVar(&s.compile, "compile", false, "compile every program, to try the native engine")
		flags.StringVar(&s.suite, "suite", "go", "whose `programs`: go or yaegi")
	}
	if args[0] == "save" {
		flags.IntVar(&s.saves, "saves", 50, "`number` of saves of each kind")
	}
	if args[0] == "memory" {
		flags.IntVar(&s.edits, "edits", 500, "`number` of edits in a session")
	}
	if args[0] == "leak" {
		flags.IntVar(&s.made, "made", 0, "measure one made-up corpus of `N` documents in this process")
		flags.StringVar(&s.method, "method", "", "how its near copies are found: exact or minhash; by default by size")
	}
	if err := flags.Parse(args[1:]); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return 0
		}
		return 2
	}
	if args[0] == "conformance" && suites[s.suite] == nil {
		fmt.Fprintf(stderr, "bench: no suite %q: suites are go and yaegi\n", s.suite)
		return 2
	}
	if flags.NArg() > 0 || min(s.runs, s.saves, s.edits) < 1 {
		fmt.Fprintf(stderr, "bench: unexpected arguments %q, or runs %d, saves %d or edits %d below 1\n", flags.Args(), s.runs, s.saves, s.edits)
		return 2
	}
	results, err := benchmarks[i].run(ctx, s)
	if err != nil {
		fmt.Fprintf(stderr, "bench: %s: %v\n", args[0], err)
		return 1
	}
	out := json.NewEncoder(stdout)
	for _, r := range results {
		r.Bench = args[0]
		if err := out.Encode(r); err != nil {
			fmt.Fprintf(stderr, "bench: %v\n", err)
			return 1
		}
	}
	return 0
}

func median(x []float64) float64 {
	x = slices.Sorted(slices.Values(x))
	return (x[(len(x)-1)/2] + x[len(x)/2]) / 2
}
