package engine

import (
	"context"

	"viva/runtime/notebook"
	"viva/runtime/record"
)

// worn is how much lowered code of earlier versions of the notebook a session
// may hold, in bytes, before Worn asks for a new interpreter: about 16 MiB of
// memory.
const worn = 96 << 10

// Worn reports whether the interpreter holds so much code of older versions of
// the notebook that another should take its place as soon as there is time.
func (s *Session) Worn() bool {
	return s.kernel != nil && s.check != nil && s.check.Size() > s.size+worn
}

// Renew gives the session an interpreter that has run the notebook as it stands,
// and nothing else. What that run gives is not looked at: it is what is known
// already. Renew is for the time in which nobody waits for anything. The end of
// ctx ends it at once and leaves the session as it was. It reports whether the
// session has been renewed.
func (s *Session) Renew(ctx context.Context, nb *notebook.Notebook) bool {
	n := &Session{opt: s.opt, traces: map[string]*traced{}, memory: s.memory, runs: s.runs}
	n.opt.Observe = nil
	ended := make(chan *record.Run, 1)
	go func() { ended <- n.Run(ctx, nb) }()
	select {
	case <-ctx.Done():
		go func() {
			<-ended // interrupted code may take its time
			n.drop()
		}()
		return false
	case <-ended:
	}
	if ctx.Err() != nil || n.kernel == nil || n.unsure != "" {
		n.drop()
		return false
	}
	s.drop()
	s.check, s.settings, s.size = n.check, n.settings, n.size
	s.kernel, s.loaded, s.born = n.kernel, n.loaded, s.edition
	s.state, s.ran, s.timed, s.runs = n.state, n.ran, n.timed, n.runs
	return true
}
