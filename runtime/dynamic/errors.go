package dynamic

import (
	"fmt"
)

// What follows are boxes as errors of compiled code. Each form is a comparable
// value that holds the box, so errors.Is finds one box equal to another; a
// box whose type cannot be compared is handed out by address, so errors.Is
// does not try. The forms differ in how they unwrap, because errors.Unwrap and
// errors.Is ask for either method by its type.

type boxError struct{ b Box }

type boxErrorOne struct{ boxError }

type boxErrorMany struct{ boxError }

const (
	sigText    = "func() string"
	sigIs      = "func(error) bool"
	sigAs      = "func(interface{}) bool"
	sigUnwrap  = "func() error"
	sigUnwraps = "func() []error"
)

func (e boxError) box() Box { return e.b }

// Error calls the box's method.
func (e boxError) Error() string { return e.b.text("Error") }

// Format prints the box.
func (e boxError) Format(s fmt.State, verb rune) { e.b.Format(s, verb) }

// Is calls the box's method, where it has one.
func (e boxError) Is(target error) bool {
	return e.b.T.has("Is", sigIs) && e.b.call("Is", In(target))[0].(bool)
}

// As calls the box's method, where it has one.
func (e boxError) As(target any) bool {
	return e.b.T.has("As", sigAs) && e.b.call("As", In(target))[0].(bool)
}

// Unwrap is what the box's method returns.
func (e boxErrorOne) Unwrap() error { return outError(e.b.call("Unwrap")[0]) }

// Unwrap is what the box's method returns.
func (e boxErrorMany) Unwrap() []error { return outErrors(e.b.call("Unwrap")[0]) }

func outError(x any) error {
	err, _ := Out(x, "error").(error)
	return err
}

func outErrors(x any) []error {
	o := unpack(x)
	if o.t == nil || o.nilled() {
		return nil
	}
	all := make([]error, o.length())
	for i := range all {
		all[i] = outError(o.v.Index(i).Interface())
	}
	return all
}

// asError is a box as an error.
func (b Box) asError() error {
	e := boxError{b}
	one, many := boxErrorOne{e}, boxErrorMany{e}
	unwraps, unwrapsMany := b.T.has("Unwrap", sigUnwrap), b.T.has("Unwrap", sigUnwraps)
	switch comparable := b.T.comparable(); {
	case unwraps && comparable:
		return one
	case unwraps:
		return &one
	case unwrapsMany && comparable:
		return many
	case unwrapsMany:
		return &many
	case comparable:
		return e
	}
	return &e
}

// isError reports whether an interface value holds an error.
func isError(x any) bool {
	if b, ok := x.(Box); ok {
		return b.T.has("Error", sigText)
	}
	_, ok := x.(error)
	return ok
}

// ErrorsAs goes through an error and what it wraps in the order of errors.As
// and reports whether try accepted one. Boxes are handed to try as boxes.
// Methods named As are not called: the caller's target has no form here.
func ErrorsAs(err any, try func(any) bool) bool {
	x := In(err)
	if x == nil {
		return false
	}
	if try(x) {
		return true
	}
	for _, e := range unwrap(x) {
		if ErrorsAs(e, try) {
			return true
		}
	}
	return false
}

// unwrap lists the errors that an error wraps.
func unwrap(x any) []any {
	switch x := x.(type) {
	case Box:
		switch {
		case x.T.has("Unwrap", sigUnwrap):
			return x.call("Unwrap")
		case x.T.has("Unwrap", sigUnwraps):
			var all []any
			for _, e := range outErrors(x.call("Unwrap")[0]) {
				all = append(all, e)
			}
			return all
		}
	case interface{ Unwrap() error }:
		return []any{x.Unwrap()}
	case interface{ Unwrap() []error }:
		var all []any
		for _, e := range x.Unwrap() {
			all = append(all, e)
		}
		return all
	}
	return nil
}

// boxStringer is a box as a fmt.Stringer.
type boxStringer struct{ b Box }

func (s boxStringer) box() Box { return s.b }

// String calls the box's method.
func (s boxStringer) String() string { return s.b.text("String") }

// Format prints the box.
func (s boxStringer) Format(state fmt.State, verb rune) { s.b.Format(state, verb) }
