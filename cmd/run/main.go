// Run renders notebooks: it executes their Go cells and writes the reports.
//
// Usage:
//
//	run [flags] [FILE|DIR …]    render notebooks (default: notebooks/)
//	run watch [FILE|DIR …]      render notebooks, again after every save, and
//	                            show them live in the browser; it takes the
//	                            flags of rendering, -open and -port
//	run check [FILE|DIR …]      type-check notebooks and run nothing; of the
//	                            flags it takes -p, -engine and -json
//	run verify [FILE|DIR …]     run notebooks again and compare with their
//	                            reports; of the flags it takes -o, -timeout,
//	                            -memory, -json, -q, -engine, -mirror, -registry
//	                            and -tolerance
//	run explain FILE [CELL]     tell which cells of a notebook would run, and why;
//	                            of one cell, its label or number, all that it
//	                            rests on; of the flags it takes -p, -engine,
//	                            -mirror and -registry
//	run cache [-clean|-check]   show, remove or check what is kept of earlier
//	                            runs
//	run ledger [-check]         show the history of runs, or check that it is
//	                            whole; of the flags it takes -o
//	run data list [NAME …]      show the public data sets that have names, with
//	                            names all that is known of those
//	run data pull NAME …        download data sets, with their licences shown
//	run data verify [NAME …]    compare files with their checksums anew: of the
//	                            sets named, or of all that are here
//	run data path NAME …        print the folders that hold data sets; of the
//	                            flags, data takes -mirror, -registry and -q
//	run predict -model NAME     predict for documents: JSON lines on standard
//	                            input to JSON lines on standard output; of the
//	                            flags it takes -models, -n and -skip
//	run help                    print this text
//	run version                 print the versions of the program and of Go
//
// A FILE is a Markdown notebook. A DIR stands for all notebooks (*.md) in it
// and in its folders, but for README.md and names that begin with . or _.
// For each notebook NAME.md three files are written below the output folder:
// NAME.html, the report in one self-contained page; NAME.md, the same for
// GitHub, with its pictures in NAME_files/; and NAME.json, the record of all
// that was measured. Files are replaced whole or not at all.
//
// Every run appends a line to ledger.jsonl in the output folder, which holds the
// hash of the line before it; from it the report tells how many different models
// have been evaluated on the same test documents.
//
// Flags:
//
//	-o DIR         the output folder (default outputs)
//	-p NAME=VALUE  set a parameter; may be repeated. A list is given with
//	               commas. The name must be one that a notebook declares.
//	-j N           run N notebooks at once (default 1; cells use all
//	               processors by themselves)
//	-strict        claims that are not met fail the run too
//	-timeout D     time limit of a cell that sets none (default 30m)
//	-memory SIZE   memory limit of a notebook's cells, such as 4GiB (default:
//	               three quarters of the machine's)
//	-engine NAME   what runs the cells: yaegi interprets them, go compiles
//	               them with the Go toolchain, and auto
//	               interprets what the interpreter runs as Go does and
//	               compiles other notebooks (default auto; for verify go)
//	-open          for watch: open the live page in the browser
//	-port N        for watch: the port of the live page (default 0, a free one)
//	-fresh         use nothing that is kept of earlier runs
//	-mirror DIR    a folder that holds public data sets already; its files are
//	               verified and used in place (default $VIVA_MIRROR)
//	-registry FILE a YAML file that describes data sets of one's own (default
//	               $VIVA_REGISTRY)
//	-json          print events to standard output, one JSON value to a line
//	-q             print nothing but what is wrong
//	-model NAME    for predict: the model
//	-models DIR    for predict: the folder of the models (default
//	               outputs/models)
//	-n N           for predict: at most N keyphrases or topics for a document
//	               (default 0, the model's own number)
//	-skip          for predict: lines that are no documents do not fail the
//	               command
//	-tolerance T   for verify: the relative difference up to which numbers are
//	               within tolerance (default 1e-09)
//
// What cells gave is kept in the user's cache, under the hash of the program, the
// cell's code and all that the code can see, the data it read among it. A cell
// whose hash is known does not run again, so a notebook that has not changed is
// rendered without running anything; a cell that reads the clock or the like
// always runs. Long work of mlkit is kept in the same way, fold by fold. The
// variable VIVA_CACHE names another folder, or off.
//
// A cell opens a public data set by its name: data.Open(ctx, "20newsgroups",
// data.Options{}). Its files are in the mirror, or were downloaded by run data
// pull, to the folder that the variable VIVA_DOWNLOADS names, or else to the
// user's cache. Nothing else downloads anything. Each file is compared with its
// checksum when it is first opened and whenever it has changed.
//
// Verify runs each notebook in a fresh process with the parameters and the seed
// of its record, NAME.json in the output folder, and compares cell by cell and
// number by number: exact, within tolerance, or different; a cell that reads the
// clock or the like is volatile if only what it gives differs. It writes
// NAME.certificate.json and, for reading, NAME.certificate.md beside the report,
// with the fingerprints of notebook, data, record and program. The next run of
// the notebook removes them.
//
// Predict reads a document from each line of standard input, {"text": "…"} with
// id, title, message and entities where there are any, and writes a line for each,
// in their order, as soon as no more input is waiting: label with probability or
// margin, keyphrases, topics, or relations. Where the model cannot read a document,
// the line has the reason. A line that is no document is told of with its number,
// has no line in the output, and makes the exit status 1, without -skip.
//
// Relative paths in cells and parameters are relative to the folder in which
// run was started.
//
// Exit status: 0, all notebooks were rendered; 1, a notebook has an error, a
// cell or a gate failed, or with -strict a claim was not met (the reports are
// written all the same), a report could not be written, or the run was
// interrupted; 2, the command line is wrong, and nothing was run. Verify exits
// with 1 if anything differs, or could not be compared: there is no record, or
// it cannot be read. Data exits with 1 if a set is not here, was not pulled, or
// has files that are not right. Predict exits with 1 if there is no such model, if
// it is damaged, or if a line was no document.
//
// Ctrl-C ends the running cell and writes the reports so far; notebooks that
// have not begun keep the reports they have. A second Ctrl-C ends the program
// at once.
package main

import (
	"context"
	_ "embed"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"strings"
	"syscall"

	"viva/internal/heapfloor"
	"viva/runtime/kernel"
)

// environment is what the command knows of the world around it.
type environment struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	// terminal is true where stderr is one that can redraw a line.
	terminal bool
	// width of the terminal in columns; nil where there is none.
	width func() int
}

// usageError is a mistake in the command line.
type usageError struct{ error }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// errFailed says that what is wrong has been printed already.
var errFailed = errors.New("failed")

func main() {
	kernel.Main()
	heapfloor.Set()
	os.Exit(start())
}

// start runs the command with the process's own arguments and returns its
// exit status.
func start() int {
	ignoreFileSizeSignal()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	// A second Ctrl-C ends the program at once.
	context.AfterFunc(ctx, stop)
	env := environment{stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr}
	env.terminal, env.width = terminal(os.Stderr)
	err := run(ctx, env, os.Args[1:])
	if errors.Is(err, flag.ErrHelp) {
		_, err = io.WriteString(env.stdout, manual())
	}
	var usage usageError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &usage):
		fmt.Fprintf(env.stderr, "run: %v\nRun \"run help\" for the manual.\n", err)
		return 2
	case !errors.Is(err, errFailed):
		fmt.Fprintf(env.stderr, "run: %v\n", err)
	}
	return 1
}

// verbs are the words that stand in the place of the first argument.
var verbs = []string{"check", "watch", "verify", "explain", "cache", "data", "predict", "ledger", "help", "version"}

func run(ctx context.Context, env environment, args []string) error {
	if len(args) > 0 {
		switch args[0] {
		case "check":
			return check(ctx, env, args[1:])
		case "verify":
			return verifyNotebooks(ctx, env, args[1:])
		case "watch":
			return watchNotebooks(ctx, env, args[1:])
		case "explain":
			return explain(ctx, env, args[1:])
		case "cache":
			return cache(env, args[1:])
		case "ledger":
			return showLedger(ctx, env, args[1:])
		case "data":
			return dataSets(ctx, env, args[1:])
		case "predict":
			return predict(ctx, env, args[1:])
		case "help":
			return flag.ErrHelp
		case "version", "-version", "--version":
			_, err := fmt.Fprintf(env.stdout, "%s %s %s/%s\n", toolVersion(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return err
		}
	}
	return render(ctx, env, args)
}

//go:embed main.go
var source string

// manual is the package comment above.
func manual() string {
	var b strings.Builder
	for line := range strings.Lines(source) {
		text, ok := strings.CutPrefix(line, "//")
		if !ok {
			break
		}
		text = strings.TrimPrefix(text, " ")
		if b.Len() == 0 {
			text = strings.Replace(text, "Run renders", "run renders", 1)
		}
		b.WriteString(strings.Replace(text, "\t", "    ", 1))
	}
	return b.String()
}

// toolVersion is the program's name and version, with the commit it was built
// from where the build knows it.
func toolVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" || info.Main.Version == "(devel)" {
		return "viva (devel)"
	}
	return "viva " + info.Main.Version
}
