package dynamic

import (
	"fmt"
	"reflect"
)

const (
	sigFormat = "func(fmt.State, int32)"
)

// method finds the method of an operand that fmt would call and returns a call
// of it that gives the text; Format writes to the printer itself and gives
// none.
func (p *printer) method(o operand, verb rune) (name string, call func() (text string, formatted bool)) {
	stringable := false
	switch verb {
	case 'v', 's', 'x', 'X', 'q':
		stringable = true
	}
	if o.t.compiled == nil {
		if len(o.t.methods) == 0 {
			return "", nil
		}
		text := func(name string) (string, func() (string, bool)) {
			return name, func() (string, bool) { return Box{o.t, o.raw()}.text(name), false }
		}
		switch t := o.t; {
		case t.has("Format", sigFormat):
			return "Format", func() (string, bool) {
				Box{t, o.raw()}.call("Format", fmt.State(p), verb)
				return "", true
			}
		case p.sharpV && t.has("GoString", sigText):
			return text("GoString")
		case p.sharpV || !stringable:
		case t.has("Error", sigText):
			return text("Error")
		case t.has("String", sigText):
			return text("String")
		}
		return "", nil
	}
	if o.t.compiled.NumMethod() == 0 {
		return "", nil
	}
	x := o.v.Interface()
	if f, ok := x.(fmt.Formatter); ok {
		return "Format", func() (string, bool) {
			f.Format(p, verb)
			return "", true
		}
	}
	if p.sharpV {
		if s, ok := x.(fmt.GoStringer); ok {
			return "GoString", func() (string, bool) { return s.GoString(), false }
		}
		return "", nil
	}
	if stringable {
		switch s := x.(type) {
		case error:
			return "Error", func() (string, bool) { return s.Error(), false }
		case fmt.Stringer:
			return "String", func() (string, bool) { return s.String(), false }
		}
	}
	return "", nil
}

// handleMethods prints an operand by its own methods, as fmt does; it reports
// whether it has any.
func (p *printer) handleMethods(o operand, verb rune) (handled bool) {
	if p.erroring {
		return false
	}
	if verb == 'w' {
		if !p.wrapErrs || !isError(o.pack()) {
			p.badVerb(o, verb)
			return true
		}
		verb = 'v'
	}
	name, call := p.method(o, verb)
	if call == nil {
		return false
	}
	handled = true
	defer p.catchPanic(o, verb, name)
	text, formatted := call()
	if formatted {
		return true
	}
	if name == "GoString" {
		verb = 's'
		old := p.formatFlags
		p.sharpV, p.plusV = false, false
		p.leaf(text, verb)
		p.formatFlags = old
		return true
	}
	p.leaf(text, verb)
	return true
}

func (p *printer) catchPanic(o operand, verb rune, method string) {
	err := recover()
	if err == nil {
		return
	}
	if o.t.kind == reflect.Pointer && o.nilled() {
		p.WriteString("<nil>")
		return
	}
	if p.panicking {
		panic(err)
	}
	old := p.formatFlags
	p.formatFlags = formatFlags{}
	p.WriteString("%!" + string(verb) + "(PANIC=" + method + " method: ")
	p.panicking = true
	p.printArg(err, 'v')
	p.panicking = false
	p.WriteString(")")
	p.formatFlags = old
}
