package engine

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"viva/internal/signature"
	"viva/mlkit/trace"
	"viva/runtime/kernel"
	"viva/runtime/record"
	"viva/runtime/store"
)

// results keeps what units gave from one process to the next.
type results struct {
	*store.Store
	program string
	// writing are the traces on their way to the store.
	writing sync.WaitGroup
}

// openResults opens the store of the options, nil for none.
func openResults(opt Options) *results {
	if opt.Store == "" {
		return nil
	}
	s, err := store.Open(opt.Store, store.Options{})
	if err != nil {
		return nil
	}
	program, err := programID()
	if err != nil {
		return nil
	}
	return &results{Store: s, program: program}
}

// keptTrace is a trace in the form in which it is kept.
type keptTrace struct {
	Status  record.Status
	Took    time.Duration
	Failure *kernel.Failure
	Outputs []record.Output
	Sources []trace.Source
	Tested  []trace.Evaluation
	Checked []trace.LeakCheck
	Value   string
	Result  string
	Inputs  []string
	// Signatures are those of the inputs.
	Signatures []string
	Left       []leftFile
	Places     []codePlace
}

func (r *results) id(key string) store.ID {
	return sha256.Sum256([]byte("unit 2 " + r.program + " " + key))
}

// load returns the trace that an earlier process kept under a key, if the files
// that it rests on are as they were.
func (r *results) load(key string) *traced {
	if r == nil {
		return nil
	}
	b, ok := r.Get(r.id(key))
	if !ok {
		return nil
	}
	var k keptTrace
	if err := json.Unmarshal(b, &k); err != nil {
		return nil
	}
	if len(k.changed()) > 0 {
		return nil
	}
	return &traced{
		outcome: outcome{files: k.Inputs, left: k.Left, status: k.Status, took: k.Took, failure: k.Failure, outputs: k.Outputs, sources: k.Sources, evaluations: k.Tested, checks: k.Checked, value: k.Value},
		result:  k.Result, inputs: k.Inputs, places: k.Places,
	}
}

// changed are those inputs that are not as they were.
func (k *keptTrace) changed() []string {
	var all []string
	for i, path := range k.Inputs {
		if now, _, err := signatureOf(path); err != nil || i >= len(k.Signatures) || now != k.Signatures[i] {
			all = append(all, path)
		}
	}
	return all
}

// changedInputs says of what is kept under a key which files it read are not as
// they were.
func (r *results) changedInputs(key string) []string {
	b, ok := r.Get(r.id(key))
	var k keptTrace
	if !ok || json.Unmarshal(b, &k) != nil {
		return nil
	}
	var all []string
	for _, path := range k.changed() {
		text := path + ", which it read, has changed"
		if _, err := os.Stat(path); err != nil && !strings.HasPrefix(path, variable) {
			text = path + ", which it read, is not there any more"
		}
		all = append(all, text)
	}
	for _, l := range k.Left {
		if !l.still() {
			all = append(all, l.Path+", which it wrote, is not as it left it")
		}
	}
	return all
}

// keep keeps a trace of a unit that began at a time, in the background. The
// trace does not change any more.
func (r *results) keep(key string, t *traced, began time.Time) {
	if r == nil {
		return
	}
	k := keptTrace{
		Status: t.status, Took: t.took, Failure: t.failure, Outputs: t.outputs, Sources: t.sources, Tested: t.evaluations, Checked: t.checks, Value: t.value,
		Result: t.result, Inputs: t.inputs, Left: t.left, Places: t.places,
	}
	found := t.contents
	r.writing.Go(func() {
		for _, path := range k.Inputs {
			sum, latest, err := signatureOf(path)
			gone := sum == signature.Missing && slices.ContainsFunc(found, func(c content) bool { return c.path == path && c.read() })
			if err != nil || gone || !latest.Before(began.Add(-settled)) {
				return // it may have changed after it was read
			}
			k.Signatures = append(k.Signatures, sum)
		}
		if b, err := json.Marshal(k); err == nil {
			_ = r.Put(r.id(key), b)
		}
	})
}

// flush waits until all is written.
func (r *results) flush() {
	if r != nil {
		r.writing.Wait()
	}
}

// settled is how long before it was read a file must have been written, for its
// time to tell whether it was written again: times have a coarse grain.
const settled = 2 * time.Second

// variable begins the paths that stand for variables of the environment.
var variable = trace.Variable("")

// signatureOf is the signature of a file or folder, or of a variable of the
// environment.
func signatureOf(path string) (sum string, latest time.Time, err error) {
	if name, ok := strings.CutPrefix(path, variable); ok {
		return fmt.Sprintf("%q", os.Getenv(name)), latest, nil
	}
	return signature.Of(path)
}
