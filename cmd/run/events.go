package main

import (
	"encoding/json"
	"time"

	"viva/runtime/engine"
)

// timed is an event of the engine with its time, which the engine does not
// tell: who waits between two of them may ask what for.
type timed struct {
	Time time.Time `json:"time"`
	engine.Event
}

// happening is an event of the program itself: "live" (pages are served, at
// URL), "changed" (a file that a notebook rests on was saved) or "renewed" (an
// interpreter was replaced while nobody waited).
type happening struct {
	Time     time.Time `json:"time"`
	Kind     string    `json:"event"`
	Notebook string    `json:"notebook,omitempty"`
	URL      string    `json:"url,omitempty"`
}

// happened tells an event of the program; only those who read events are told.
func (d *display) happened(h happening) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.s.json {
		h.Time = time.Now()
		d.event(h)
	}
}

// event prints an event as one line. The lock is held.
func (d *display) event(v any) { _ = json.NewEncoder(d.env.stdout).Encode(v) }
