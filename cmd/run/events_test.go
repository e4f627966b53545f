package main

import (
	"context"
	"encoding/json"
	"io"
	"strings"
	"testing"
	"time"
)

// Who watches by program learns the address, and for every save when it was
// seen and when the report was written.
func TestWatchTellsOfSavesByEvents(t *testing.T) {
	t.Chdir(t.TempDir())
	save(t, "notebooks/n.md", twoCells)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	out, in := io.Pipe()
	done := make(chan error, 1)
	go func() {
		done <- run(ctx, environment{stdout: in, stderr: io.Discard}, []string{"watch", "-json"})
		in.Close()
	}()
	var kinds []string
	var last time.Time
	events := json.NewDecoder(out)
	until := func(kind string) happening {
		t.Helper()
		for {
			var h happening
			if err := events.Decode(&h); err != nil {
				t.Fatalf("%v after %q", err, kinds)
			}
			if kinds = append(kinds, h.Kind); h.Time.Before(last) || time.Since(h.Time) > time.Minute {
				t.Errorf("%s was at %v, what came before at %v", h.Kind, h.Time, last)
			}
			if last = h.Time; h.Kind == kind {
				return h
			}
		}
	}
	if h := until("live"); !strings.HasPrefix(h.URL, "http://127.0.0.1:") {
		t.Errorf("the pages are at %q", h.URL)
	}
	until("written")
	kinds = nil
	save(t, "notebooks/n.md", strings.Replace(twoCells, "Words.", "Other words.", 1))
	until("written")
	if got := strings.Join(kinds, " "); got != "changed start checked plan done written" {
		t.Errorf("a save was told as %s", got)
	}
	cancel()
	_, _ = io.Copy(io.Discard, out)
	if err := <-done; err != nil {
		t.Error(err)
	}
}
