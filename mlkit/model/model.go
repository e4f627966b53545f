// Package model keeps trained models on disk together with what is known about
// them: options, metrics, data, log and a model card. The version before stays
// beside the new one and can still be loaded, and every metric that has changed
// is written to a changelog.
//
// A version is a folder:
//
//	outputs/models/NAME/VERSION/weights.bin    the model, with its kind, format and hash
//	outputs/models/NAME/VERSION/model.json     options, metrics, data, seed
//	outputs/models/NAME/VERSION/README.md      the model card
//	outputs/models/NAME/VERSION/training.log   what training told
//	outputs/models/old/NAME/VERSION/…          versions before
//
// VERSION is a hash of what the model is and of what it was made from, so saving
// the same model again changes nothing. The folder of a version appears whole or
// not at all.
//
// The package does not train, and does not know what the weights mean: a
// method's own package reads them.
package model

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"viva/internal/atomicfile"
	"viva/internal/nearest"
	"viva/internal/outputfolder"
	"viva/mlkit/trace"
	"viva/mlkit/view"
)

// Options say where models are kept. The zero value is for the command's own
// layout.
type Options struct {
	// Folder is the folder of the models; "" means models in the output folder of
	// the command, which is outputs if nothing else is said.
	Folder string
	// Changelog is the file that tells of changed metrics; "" means
	// training/CHANGELOG.md.
	Changelog string
}

func (o Options) filled() Options {
	if o.Folder == "" {
		o.Folder = filepath.Join(outputfolder.Path(), "models")
	}
	if o.Changelog == "" {
		o.Changelog = filepath.Join("training", "CHANGELOG.md")
	}
	return o
}

// Entry is a trained model with what is to be known about it.
type Entry struct {
	// Name names the model for those who use it: lower-case letters, digits and
	// hyphens, for example "text-classifier".
	Name string
	// Kind is the method that reads the weights, for example "classifier".
	Kind string
	// Model is the trained model; the models of mlkit write themselves.
	Model encoding.BinaryMarshaler
	// Options are those of the training; they are written as JSON.
	Options any
	// Metrics are what was measured, each with a name of its own.
	Metrics []view.Metric
	// On, if it is not empty, is added to the name of each metric, for example the
	// name of the data set: the changelog compares metrics of the same name.
	On string
	// Data are the corpora that it was trained and measured on.
	Data []trace.Source
	Seed int64
	// Notebook names the document that trained it.
	Notebook string
	// Log are the lines that training told.
	Log  []string
	Card Card
}

// Saved is a version of a model on disk.
type Saved struct {
	Name     string          `json:"name"`
	Kind     string          `json:"kind"`
	Version  string          `json:"version"`
	Created  time.Time       `json:"created"`
	Options  json.RawMessage `json:"options,omitempty"`
	Metrics  []view.Metric   `json:"metrics"`
	Data     []trace.Source  `json:"data"`
	Seed     int64           `json:"seed"`
	Notebook string          `json:"notebook,omitempty"`
	// Replaces names the version that was current before this one; empty if there
	// was none.
	Replaces string `json:"replaces,omitempty"`
	// Folder is the version's folder.
	Folder string `json:"-"`
	// Previous is the version that Replaces names; nil if there was none, or if it
	// is not among the old ones any more.
	Previous *Saved `json:"-"`
	// Changes are the metrics that are not as they were in Previous.
	Changes []Change `json:"-"`
}

// ErrMissing is wrapped by errors about models that are not there.
var ErrMissing = errors.New("there is no such model")

// namePattern is said to people whose name is refused.
const namePattern = "use lower-case letters, digits and hyphens, for example text-classifier"

func checkName(name string) error {
	for _, r := range name {
		if r != '-' && (r < '0' || r > '9') && (r < 'a' || r > 'z') {
			return fmt.Errorf("model: the name %q has %q in it: %s", name, r, namePattern)
		}
	}
	if name == "" || name == old || strings.HasPrefix(name, "-") {
		return fmt.Errorf("model: %q is no name for a model: %s", name, namePattern)
	}
	return nil
}

// old is the folder of versions that were replaced.
const old = "old"

// The files of a version.
const (
	weightsFile = "weights.bin"
	recordFile  = "model.json"
	cardFile    = "README.md"
	logFile     = "training.log"
)

// Save writes a version and makes it the current one of its name; the one before
// moves to the folder of old versions. If the current version is the same, it
// stays as it is, unless its weights are damaged.
func Save(ctx context.Context, e Entry, opt Options) (*Saved, error) {
	if err := checkName(e.Name); err != nil {
		return nil, err
	}
	if opt.Folder == "" {
		trace.Opening(ctx, trace.Variable(outputfolder.Variable))
	}
	opt = opt.filled()
	s, err := e.save(ctx, opt)
	if err != nil {
		trace.Left(ctx, filepath.Join(opt.Folder, e.Name), err)
	}
	return s, err
}

func (e Entry) save(ctx context.Context, opt Options) (*Saved, error) {
	if e.Kind == "" || e.Model == nil {
		return nil, fmt.Errorf("model: %s: an entry needs a Kind and a Model", e.Name)
	}
	names := map[string]bool{}
	e.Metrics = slices.Clone(e.Metrics)
	for i := range e.Metrics {
		m := &e.Metrics[i]
		if e.On != "" {
			m.Name += ", " + e.On
		}
		if names[m.Name] {
			return nil, fmt.Errorf("model: %s: two metrics are named %q: say in the name what each was measured on", e.Name, m.Name)
		}
		names[m.Name] = true
	}
	if err := context.Cause(ctx); err != nil {
		return nil, fmt.Errorf("model: saving %s: %w", e.Name, err)
	}
	weights, err := e.Model.MarshalBinary()
	if err != nil {
		return nil, fmt.Errorf("model: %s: writing the weights: %w", e.Name, err)
	}
	options, err := json.MarshalIndent(e.Options, "  ", "  ")
	if err != nil {
		return nil, fmt.Errorf("model: %s: the options cannot be written as JSON: %w", e.Name, err)
	}
	s := &Saved{
		Name: e.Name, Kind: e.Kind, Options: options, Metrics: e.Metrics, Data: slices.Clone(e.Data),
		Seed: e.Seed, Notebook: e.Notebook,
	}
	packed := seal(e.Kind, weights)
	s.Version, err = version(s, packed, e.Log, e.Card)
	if err != nil {
		return nil, fmt.Errorf("model: %s: %w", e.Name, err)
	}
	unlock, err := lock(opt.Folder)
	if err != nil {
		return nil, fmt.Errorf("model: saving %s: %w", e.Name, err)
	}
	defer unlock()
	current, err := versions(filepath.Join(opt.Folder, e.Name))
	if err != nil {
		return nil, fmt.Errorf("model: saving %s: %w", e.Name, err)
	}
	if len(current) > 0 && current[0].Version == s.Version {
		if err := current[0].mend(packed); err != nil {
			return nil, fmt.Errorf("model: saving %s: %w", e.Name, err)
		}
		current[0].previous(opt)
		current[0].left(ctx, opt)
		return current[0], nil
	}
	s.Created = time.Now().UTC().Truncate(time.Second)
	s.Folder = filepath.Join(opt.Folder, e.Name, s.Version)
	if len(current) > 0 {
		s.Previous, s.Replaces = current[0], current[0].Version
		s.Changes = changes(s.Previous.Metrics, s.Metrics)
		if !s.Created.After(s.Previous.Created) {
			s.Created = s.Previous.Created.Add(time.Second) // versions are ordered by time
		}
	}
	record, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("model: %s: %w", e.Name, err)
	}
	card, err := e.Card.markdown(s)
	if err != nil {
		return nil, fmt.Errorf("model: %s: the card: %w", e.Name, err)
	}
	log := strings.Join(e.Log, "\n")
	if log != "" {
		log += "\n"
	}
	err = writeFolder(s.Folder, []atomicfile.File{{Path: weightsFile, Content: packed}, {Path: recordFile, Content: append(record, '\n')}, {Path: cardFile, Content: card}, {Path: logFile, Content: []byte(log)}})
	if err != nil {
		return nil, fmt.Errorf("model: saving %s: %w", e.Name, err)
	}
	// It may be an old one that has become current again.
	if err := os.RemoveAll(filepath.Join(opt.Folder, old, s.Name, s.Version)); err != nil {
		return nil, fmt.Errorf("model: saving %s: %w", e.Name, err)
	}
	if err := writeChanges(opt.Changelog, s); err != nil {
		return nil, fmt.Errorf("model: the changelog of %s: %w", e.Name, err)
	}
	for _, c := range current {
		if err := retire(opt.Folder, c); err != nil {
			return nil, fmt.Errorf("model: moving version %s of %s to the old ones: %w", c.Version, c.Name, err)
		}
	}
	s.left(ctx, opt)
	return s, nil
}

// mend writes the weights again if they are not as they should be.
func (s *Saved) mend(packed []byte) error {
	path := filepath.Join(s.Folder, weightsFile)
	if b, err := os.ReadFile(path); err == nil && bytes.Equal(b, packed) {
		return nil
	}
	return atomicfile.Write(path, packed)
}

// left tells of the files on which it rests that saving leaves things alone, and
// shows what it shows.
func (s *Saved) left(ctx context.Context, opt Options) {
	trace.Left(ctx, filepath.Join(opt.Folder, s.Name), nil)
	if s.Replaces != "" {
		trace.Left(ctx, filepath.Join(opt.Folder, old, s.Name, s.Replaces), nil)
	}
}

// previous finds the version that this one has replaced, so that it shows the
// same whenever it is loaded, or saved once more.
func (s *Saved) previous(opt Options) {
	if s.Replaces == "" {
		return
	}
	before, err := read(filepath.Join(opt.Folder, old, s.Name, s.Replaces))
	if err != nil || before.Name != s.Name {
		return
	}
	s.Previous, s.Changes = before, changes(before.Metrics, s.Metrics)
}

// version names what a model is and what it was made from.
func version(s *Saved, packed []byte, log []string, card Card) (string, error) {
	h := sha256.New()
	for _, part := range []any{s, sha256.Sum256(packed), log, card} {
		b, err := json.Marshal(part)
		if err != nil {
			return "", err
		}
		h.Write(b)
		h.Write([]byte{'\n'})
	}
	return hex.EncodeToString(h.Sum(nil))[:12], nil
}

// writeFolder makes a folder with files, whole or not at all.
func writeFolder(folder string, files []atomicfile.File) error {
	parent := filepath.Dir(folder)
	if err := os.MkdirAll(parent, 0o777); err != nil {
		return err
	}
	made, err := os.MkdirTemp(parent, ".new-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(made)
	if err := os.Chmod(made, 0o755); err != nil {
		return err
	}
	for i := range files {
		files[i].Path = filepath.Join(made, files[i].Path)
	}
	if err := atomicfile.WriteAll(files...); err != nil {
		return err
	}
	// What stands there is what is left of a version that was damaged.
	if err := os.RemoveAll(folder); err != nil {
		return err
	}
	return os.Rename(made, folder)
}

// retire moves a version to the old ones.
func retire(folder string, s *Saved) error {
	to := filepath.Join(folder, old, s.Name, s.Version)
	if err := os.MkdirAll(filepath.Dir(to), 0o777); err != nil {
		return err
	}
	// The same version may have been current twice.
	if err := os.RemoveAll(to); err != nil {
		return err
	}
	if err := os.Rename(s.Folder, to); err != nil {
		return err
	}
	s.Folder = to
	return nil
}

// versions lists the versions in a folder, the latest first. A folder that is
// not there has none; what is no version is passed over.
func versions(folder string) ([]*Saved, error) {
	entries, err := os.ReadDir(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var all []*Saved
	for _, e := range entries {
		if !e.IsDir() || strings.HasPrefix(e.Name(), ".") {
			continue
		}
		if s, err := read(filepath.Join(folder, e.Name())); err == nil {
			all = append(all, s)
		}
	}
	slices.SortFunc(all, func(a, b *Saved) int {
		return cmp.Or(b.Created.Compare(a.Created), cmp.Compare(a.Version, b.Version))
	})
	return all, nil
}

func read(folder string) (*Saved, error) {
	b, err := os.ReadFile(filepath.Join(folder, recordFile))
	if err != nil {
		return nil, err
	}
	s := &Saved{Folder: folder}
	if err := json.Unmarshal(b, s); err != nil {
		return nil, fmt.Errorf("%s: not the record of a model: %w", filepath.Join(folder, recordFile), err)
	}
	if s.Name == "" || s.Kind == "" || s.Version != filepath.Base(folder) {
		return nil, fmt.Errorf("%s: not the record of the model version %s", filepath.Join(folder, recordFile), filepath.Base(folder))
	}
	return s, nil
}

// Load returns the current version of a model. The error wraps ErrMissing if
// there is none, and names the nearest model that there is.
func Load(name string, opt Options) (*Saved, error) {
	opt = opt.filled()
	if err := checkName(name); err != nil {
		return nil, err
	}
	all, err := versions(filepath.Join(opt.Folder, name))
	if err != nil {
		return nil, fmt.Errorf("model: %w", err)
	}
	if len(all) == 0 {
		hint := "run the notebook that trains it"
		if near := nearest.Name(name, Names(opt)); near != "" {
			hint = fmt.Sprintf("did you mean %s?", near)
		}
		return nil, fmt.Errorf("model: %s is not in %s: %w; %s", name, filepath.ToSlash(opt.Folder), ErrMissing, hint)
	}
	all[0].previous(opt)
	return all[0], nil
}

// Names lists the models that there are, in the order of the alphabet.
func Names(opt Options) []string {
	entries, _ := os.ReadDir(opt.filled().Folder)
	var names []string
	for _, e := range entries {
		if e.IsDir() && checkName(e.Name()) == nil {
			names = append(names, e.Name())
		}
	}
	return names
}

// Old lists the versions of a model that were replaced, the latest first.
func Old(name string, opt Options) ([]*Saved, error) {
	opt = opt.filled()
	if err := checkName(name); err != nil {
		return nil, err
	}
	all, err := versions(filepath.Join(opt.Folder, old, name))
	if err != nil {
		return nil, fmt.Errorf("model: %w", err)
	}
	return all, nil
}

// Weights reads the weights, for the UnmarshalBinary of the method's model. A
// file that is damaged, or holds a model of another kind, is an error.
func (s *Saved) Weights() ([]byte, error) {
	path := filepath.Join(s.Folder, weightsFile)
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("model: %w", err)
	}
	kind, weights, err := unseal(b)
	switch {
	case err != nil:
		return nil, fmt.Errorf("model: %s: %w", filepath.ToSlash(path), err)
	case kind != s.Kind:
		return nil, fmt.Errorf("model: %s: it holds a %s, and the record beside it is of a %s", filepath.ToSlash(path), kind, s.Kind)
	}
	return weights, nil
}

// Into reads the weights into a new model of the method that wrote them.
func (s *Saved) Into(m encoding.BinaryUnmarshaler) error {
	b, err := s.Weights()
	if err != nil {
		return err
	}
	if err := m.UnmarshalBinary(b); err != nil {
		return fmt.Errorf("model: %s, version %s: %w", s.Name, s.Version, err)
	}
	return nil
}

// Log reads what training told.
func (s *Saved) Log() (string, error) {
	b, err := os.ReadFile(filepath.Join(s.Folder, logFile))
	if err != nil {
		return "", fmt.Errorf("model: %w", err)
	}
	return string(b), nil
}
