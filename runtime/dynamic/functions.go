package dynamic

import (
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"slices"
	"sync"
)

// Stdout is where Print, Println and Printf write. It is set before cells run.
var Stdout io.Writer = os.Stdout

// Fmt returns the print functions of package fmt for operands that may be
// boxes: unlike a fmt.Formatter they know about %T, %p and %w of a box, about
// the spaces that Print puts between operands, and about widths.
func Fmt() map[string]reflect.Value {
	m := map[string]reflect.Value{}
	for name, f := range map[string]any{
		"Print": Print, "Println": Println, "Printf": Printf,
		"Sprint": Sprint, "Sprintln": Sprintln, "Sprintf": Sprintf,
		"Fprint": Fprint, "Fprintln": Fprintln, "Fprintf": Fprintf,
		"Append": Append, "Appendln": Appendln, "Appendf": Appendf,
		"Errorf": Errorf,
	} {
		m[name] = reflect.ValueOf(f)
	}
	return m
}

var printers = sync.Pool{New: func() any { return new(printer) }}

// printed runs f with a printer and returns what it wrote after b.
func printed(b []byte, f func(*printer)) []byte {
	p := printers.Get().(*printer)
	*p = printer{buf: p.buf[:0]}
	f(p)
	b = append(b, p.buf...)
	if cap(p.buf) <= 64<<10 {
		printers.Put(p)
	}
	return b
}

func written(w io.Writer, f func(*printer)) (int, error) {
	return w.Write(printed(nil, f))
}

// Append is fmt.Append.
func Append(b []byte, a ...any) []byte { return printed(b, func(p *printer) { p.print(a) }) }

// Appendln is fmt.Appendln.
func Appendln(b []byte, a ...any) []byte { return printed(b, func(p *printer) { p.println(a) }) }

// Appendf is fmt.Appendf.
func Appendf(b []byte, format string, a ...any) []byte {
	return printed(b, func(p *printer) { p.printf(format, a) })
}

// Sprint is fmt.Sprint.
func Sprint(a ...any) string { return string(Append(nil, a...)) }

// Sprintln is fmt.Sprintln.
func Sprintln(a ...any) string { return string(Appendln(nil, a...)) }

// Sprintf is fmt.Sprintf.
func Sprintf(format string, a ...any) string { return string(Appendf(nil, format, a...)) }

// Fprint is fmt.Fprint.
func Fprint(w io.Writer, a ...any) (n int, err error) {
	return written(w, func(p *printer) { p.print(a) })
}

// Fprintln is fmt.Fprintln.
func Fprintln(w io.Writer, a ...any) (n int, err error) {
	return written(w, func(p *printer) { p.println(a) })
}

// Fprintf is fmt.Fprintf.
func Fprintf(w io.Writer, format string, a ...any) (n int, err error) {
	return written(w, func(p *printer) { p.printf(format, a) })
}

// Print is fmt.Print.
func Print(a ...any) (n int, err error) { return Fprint(Stdout, a...) }

// Println is fmt.Println.
func Println(a ...any) (n int, err error) { return Fprintln(Stdout, a...) }

// Printf is fmt.Printf.
func Printf(format string, a ...any) (n int, err error) { return Fprintf(Stdout, format, a...) }

// Errorf is fmt.Errorf.
func Errorf(format string, a ...any) error {
	if allNative(a) {
		return fmt.Errorf(format, a...)
	}
	p := printer{wrapErrs: true}
	p.printf(format, a)
	text := string(p.buf)
	switch len(p.wrapped) {
	case 0:
		return errors.New(text)
	case 1:
		return &wrapError{text, wrappedError(a[p.wrapped[0]])}
	}
	if p.reordered {
		slices.Sort(p.wrapped)
	}
	var errs []error
	for _, argNum := range slices.Compact(p.wrapped) {
		if err := wrappedError(a[argNum]); err != nil {
			errs = append(errs, err)
		}
	}
	return &wrapErrors{text, errs}
}

// allNative reports whether no operand is or holds a box.
func allNative(args []any) bool {
	for _, a := range args {
		switch a.(type) {
		case nil, string, int, float64, bool:
			continue
		case Box, boxed:
			return false
		}
		if t := reflect.TypeOf(a); holdsBoxes(t) || isWrapper(t) {
			return false
		}
	}
	return true
}

// wrappedError is an operand of %w, nil where it is no error.
func wrappedError(x any) error {
	x = In(x)
	if x == nil || !isError(x) {
		return nil
	}
	return outError(x)
}

type wrapError struct {
	msg string
	err error
}

func (e *wrapError) Error() string { return e.msg }

func (e *wrapError) Unwrap() error { return e.err }

type wrapErrors struct {
	msg  string
	errs []error
}

func (e *wrapErrors) Error() string { return e.msg }

func (e *wrapErrors) Unwrap() []error { return e.errs }
