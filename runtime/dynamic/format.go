package dynamic

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
)

// Format implements fmt.Formatter: it prints the box as fmt prints the value
// that it stands for. What fmt does with an operand before it looks for a
// Formatter (%T, %p, %w) only the functions of Fmt do.
func (b Box) Format(s fmt.State, verb rune) {
	var p printer
	p.sharp, p.plus = s.Flag('#'), s.Flag('+')
	p.minus, p.space, p.zero = s.Flag('-'), s.Flag(' '), s.Flag('0')
	p.wid, p.widPresent = s.Width()
	p.prec, p.precPresent = s.Precision()
	if verb == 'v' {
		p.sharpV, p.sharp = p.sharp, false
		p.plusV, p.plus = p.plus, false
	}
	p.printOperand(b.operand(), verb)
	s.Write(p.buf)
}

// printer follows the printer of package fmt, step by step; it goes through
// operands where that goes through reflect's values. Leaves are left to fmt.
type printer struct {
	buf []byte
	formatFlags
	// erroring is set while a bad verb is reported: methods are not called.
	erroring bool
	// panicking is set while a panic of a method is reported.
	panicking bool
	wrapErrs  bool
	wrapped   []int // operands of %w
	reordered bool
	goodArg   bool
}

type formatFlags struct {
	wid, prec                       int
	widPresent, precPresent         bool
	minus, plus, sharp, space, zero bool
	plusV, sharpV                   bool // %+v and %#v, in the place of plus and sharp
}

// Write, Width, Precision and Flag implement fmt.State.
func (p *printer) Write(b []byte) (int, error) {
	p.buf = append(p.buf, b...)
	return len(b), nil
}

// WriteString implements io.StringWriter.
func (p *printer) WriteString(s string) (int, error) {
	p.buf = append(p.buf, s...)
	return len(s), nil
}

func (p *printer) Width() (int, bool) { return p.wid, p.widPresent }

func (p *printer) Precision() (int, bool) { return p.prec, p.precPresent }

func (p *printer) Flag(c int) bool {
	switch c {
	case '-':
		return p.minus
	case '+':
		return p.plus || p.plusV
	case '#':
		return p.sharp || p.sharpV
	case ' ':
		return p.space
	case '0':
		return p.zero && !p.minus
	}
	return false
}

// leaf prints a value of a predeclared type with the current flags.
func (p *printer) leaf(x any, verb rune) {
	flags := p.formatFlags
	flags.plusV = false
	sharpV := flags.sharpV
	flags.sharpV = false
	if flags == (formatFlags{}) {
		switch x := x.(type) {
		case string:
			if (verb == 'v' || verb == 's') && !sharpV {
				p.buf = append(p.buf, x...)
				return
			}
		case int:
			if verb == 'v' || verb == 'd' {
				p.buf = strconv.AppendInt(p.buf, int64(x), 10)
				return
			}
		case int64:
			if verb == 'v' || verb == 'd' {
				p.buf = strconv.AppendInt(p.buf, x, 10)
				return
			}
		case bool:
			if verb == 'v' || verb == 't' {
				p.buf = strconv.AppendBool(p.buf, x)
				return
			}
		}
	}
	// A %v that reports a bad verb has the flags of that verb.
	if verb == 'v' && !p.plusV && !p.sharpV && (p.plus || p.sharp) {
		switch x.(type) {
		case bool:
			verb = 't'
		case string:
			verb = 's'
		case float32, float64, complex64, complex128:
			verb = 'g'
		default:
			verb = 'd'
		}
	}
	p.buf = fmt.Appendf(p.buf, p.directive(verb), x)
}

// directive spells the flags and the verb as a format.
func (p *printer) directive(verb rune) string {
	var b [32]byte
	f := append(b[:0], '%')
	for _, c := range " +-#0" {
		if p.Flag(int(c)) {
			f = append(f, byte(c))
		}
	}
	if p.widPresent {
		f = strconv.AppendInt(f, int64(p.wid), 10)
	}
	if p.precPresent {
		f = append(f, '.')
		f = strconv.AppendInt(f, int64(p.prec), 10)
	}
	return string(append(f, string(verb)...))
}

// pad writes a text with the current width.
func (p *printer) pad(s string) {
	old := p.formatFlags
	p.formatFlags = formatFlags{wid: old.wid, widPresent: old.widPresent, minus: old.minus, zero: old.zero}
	p.leaf(s, 's')
	p.formatFlags = old
}

// hex writes an address.
func (p *printer) hex(u uintptr, leading0x bool) {
	old := p.formatFlags
	p.sharpV, p.plusV, p.sharp = false, false, leading0x
	p.leaf(uint64(u), 'x')
	p.formatFlags = old
}

func (p *printer) badVerb(o operand, verb rune) {
	p.erroring = true
	p.WriteString("%!" + string(verb) + "(")
	if o.t == nil {
		p.WriteString("<nil>")
	} else {
		p.WriteString(o.t.name + "=")
		p.printValue(o, 'v', 0, guard{})
	}
	p.WriteString(")")
	p.erroring = false
}

// printArg prints an operand of a print function.
func (p *printer) printArg(arg any, verb rune) {
	switch arg := arg.(type) {
	case nil:
		if verb == 'T' || verb == 'v' {
			p.pad("<nil>")
		} else {
			p.badVerb(operand{}, verb)
		}
		return
	case bool, int, int64, float64, string, []byte:
		p.leaf(arg, verb)
		return
	case reflect.Value:
		if arg.IsValid() && arg.CanInterface() && verb != 'T' && verb != 'p' {
			o := settleAny(arg)
			if !p.handleMethods(o, verb) {
				p.printValue(o, verb, 0, guard{})
			}
			return
		}
		p.leaf(arg, verb)
		return
	}
	o := unpack(arg)
	if o.t.compiled != nil && verb != 'w' && !holdsBoxes(o.t.compiled) {
		p.leaf(arg, verb)
		return
	}
	switch verb {
	case 'T':
		p.leaf(o.t.name, 's')
		return
	case 'p':
		p.fmtPointer(o, 'p')
		return
	}
	p.printOperand(o, verb)
}

// settleAny is a value of compiled code, or what it holds as an interface.
func settleAny(v reflect.Value) operand {
	if v.Kind() == reflect.Interface {
		if o := (operand{nil, v}).inner(); o.t != nil {
			return o
		}
	}
	if v.Type() == reflect.TypeFor[Box]() {
		return v.Interface().(Box).operand()
	}
	return operand{nativeType(v.Type()), v}
}

// printOperand prints an operand of a print function that has been unpacked.
func (p *printer) printOperand(o operand, verb rune) {
	if !p.handleMethods(o, verb) {
		p.printValue(o, verb, 0, guard{})
	}
}

// guard says how a value was reached: through an unexported field, whose parts
// are guarded too, or through an embedded one, whose exported fields are not.
// Methods of guarded values are not called.
type guard struct{ sticky, embedded bool }

func (g guard) open() bool { return !g.sticky && !g.embedded }

func (g guard) field(f field) guard {
	if f.exported {
		return guard{sticky: g.sticky}
	}
	if f.embedded {
		return guard{g.sticky, true}
	}
	return guard{true, false}
}

func (p *printer) separate(i int) {
	if i > 0 && p.sharpV {
		p.WriteString(", ")
	} else if i > 0 {
		p.WriteString(" ")
	}
}

func (p *printer) printValue(o operand, verb rune, depth int, g guard) {
	if depth > 0 && o.t != nil && g.open() && o.t.kind != reflect.Interface && p.handleMethods(o, verb) {
		return
	}
	switch o.t.kind {
	case reflect.Interface:
		in := o.inner()
		switch {
		case in.t != nil:
			p.printValue(in, verb, depth+1, g)
		case p.sharpV:
			p.WriteString(o.t.name + "(nil)")
		default:
			p.WriteString("<nil>")
		}
	case reflect.Map:
		p.printMap(o, verb, depth, g)
	case reflect.Struct:
		p.printStruct(o, verb, depth, g)
	case reflect.Array, reflect.Slice:
		p.printList(o, verb, depth, g)
	case reflect.Pointer:
		if depth == 0 && !o.nilled() {
			switch a := o.deref(); a.t.kind {
			case reflect.Array, reflect.Slice, reflect.Struct, reflect.Map:
				p.WriteString("&")
				p.printValue(a, verb, depth+1, g)
				return
			}
		}
		p.fmtPointer(o, verb)
	case reflect.Chan, reflect.Func, reflect.UnsafePointer:
		p.fmtPointer(o, verb)
	default:
		p.printBasic(o, verb)
	}
}

// verbs are those that fmt knows for a kind of value.
func verbs(k reflect.Kind) string {
	switch k {
	case reflect.Bool:
		return "tv"
	case reflect.String:
		return "vsxXq"
	case reflect.Float32, reflect.Float64, reflect.Complex64, reflect.Complex128:
		return "vbgGxXfFeE"
	}
	return "vdboOxXcqU"
}

func (p *printer) printBasic(o operand, verb rune) {
	if !strings.ContainsRune(verbs(o.t.kind), verb) {
		p.badVerb(o, verb)
		return
	}
	v := o.v
	switch o.t.kind {
	case reflect.Bool:
		p.leaf(v.Bool(), verb)
	case reflect.String:
		p.leaf(v.String(), verb)
	case reflect.Float32:
		p.leaf(float32(v.Float()), verb)
	case reflect.Float64:
		p.leaf(v.Float(), verb)
	case reflect.Complex64:
		p.leaf(complex64(v.Complex()), verb)
	case reflect.Complex128:
		p.leaf(v.Complex(), verb)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		p.leaf(v.Int(), verb)
	default:
		p.leaf(v.Uint(), verb)
	}
}

func (p *printer) printMap(o operand, verb rune, depth int, g guard) {
	end := "]"
	if p.sharpV {
		p.WriteString(o.t.name)
		if o.nilled() {
			p.WriteString("(nil)")
			return
		}
		p.WriteString("{")
		end = "}"
	} else {
		p.WriteString("map[")
	}
	for i, e := range o.entries() {
		p.separate(i)
		p.printValue(e.key, verb, depth+1, g)
		p.WriteString(":")
		p.printValue(e.value, verb, depth+1, g)
	}
	p.WriteString(end)
}

func (p *printer) printStruct(o operand, verb rune, depth int, g guard) {
	if p.sharpV {
		p.WriteString(o.t.name)
	}
	p.WriteString("{")
	o = o.addressable()
	for i := range o.t.numField() {
		p.separate(i)
		f := o.t.field(i)
		if (p.plusV || p.sharpV) && f.name != "" {
			p.WriteString(f.name + ":")
		}
		e := o.at(i)
		if e.t.kind == reflect.Interface {
			if in := e.inner(); in.t != nil {
				e = in
			}
		}
		p.printValue(e, verb, depth+1, g.field(f))
	}
	p.WriteString("}")
}

func (p *printer) printList(o operand, verb rune, depth int, g guard) {
	switch verb {
	case 's', 'q', 'x', 'X':
		if o.t.element().kind == reflect.Uint8 {
			bytes := make([]byte, o.length())
			for i := range bytes {
				bytes[i] = byte(o.index(i).v.Uint())
			}
			p.leaf(bytes, verb)
			return
		}
	}
	end := "]"
	if p.sharpV {
		p.WriteString(o.t.name)
		if o.t.kind == reflect.Slice && o.nilled() {
			p.WriteString("(nil)")
			return
		}
		p.WriteString("{")
		end = "}"
	} else {
		p.WriteString("[")
	}
	for i := range o.length() {
		p.separate(i)
		p.printValue(o.index(i), verb, depth+1, g)
	}
	p.WriteString(end)
}

func (p *printer) fmtPointer(o operand, verb rune) {
	switch o.t.kind {
	case reflect.Chan, reflect.Func, reflect.Map, reflect.Pointer, reflect.Slice, reflect.UnsafePointer:
	default:
		p.badVerb(o, verb)
		return
	}
	u := o.address()
	switch verb {
	case 'v':
		switch {
		case p.sharpV:
			p.WriteString("(" + o.t.name + ")(")
			if u == 0 {
				p.WriteString("nil")
			} else {
				p.hex(u, true)
			}
			p.WriteString(")")
		case u == 0:
			p.pad("<nil>")
		default:
			p.hex(u, !p.sharp)
		}
	case 'p':
		p.hex(u, !p.sharp)
	case 'b', 'o', 'd', 'x', 'X':
		p.leaf(uint64(u), verb)
	default:
		p.badVerb(o, verb)
	}
}

type holdsFact struct{}

// holdsBoxes reports whether values of a compiled type can hold boxes: some
// part of it is an interface.
func holdsBoxes(t reflect.Type) bool {
	n := nativeType(t)
	if h, ok := n.facts.Load(holdsFact{}); ok {
		return h.(bool)
	}
	h := reaches(t, map[reflect.Type]bool{})
	n.facts.Store(holdsFact{}, h)
	return h
}

func reaches(t reflect.Type, seen map[reflect.Type]bool) bool {
	if seen[t] {
		return false
	}
	seen[t] = true
	switch t.Kind() {
	case reflect.Interface:
		return true
	case reflect.Pointer, reflect.Slice, reflect.Array:
		return reaches(t.Elem(), seen)
	case reflect.Map:
		return reaches(t.Key(), seen) || reaches(t.Elem(), seen)
	case reflect.Struct:
		for i := range t.NumField() {
			if reaches(t.Field(i).Type, seen) {
				return true
			}
		}
	}
	return false
}
