package dynamic

import (
	"reflect"
	"unicode/utf8"
)

// printf follows a format as package fmt does.
func (p *printer) printf(format string, args []any) {
	end := len(format)
	argNum := 0
	afterIndex := false // the item before was an index like [3]
	p.reordered = false
	for i := 0; i < end; {
		p.goodArg = true
		start := i
		for i < end && format[i] != '%' {
			i++
		}
		p.WriteString(format[start:i])
		if i >= end {
			break
		}
		i = p.readFlags(format, i+1)
		argNum, i, afterIndex = p.argNumber(argNum, format, i, len(args))
		if i < end && format[i] == '*' {
			i++
			p.wid, p.widPresent, argNum = intFromArg(args, argNum)
			if !p.widPresent {
				p.WriteString("%!(BADWIDTH)")
			}
			if p.wid < 0 {
				p.wid = -p.wid
				p.minus = true
				p.zero = false
			}
			afterIndex = false
		} else {
			p.wid, p.widPresent, i = number(format, i, end)
			if afterIndex && p.widPresent { // "%[3]2d"
				p.goodArg = false
			}
		}
		if i+1 < end && format[i] == '.' {
			i++
			if afterIndex { // "%[3].2d"
				p.goodArg = false
			}
			argNum, i, afterIndex = p.argNumber(argNum, format, i, len(args))
			if i < end && format[i] == '*' {
				i++
				p.prec, p.precPresent, argNum = intFromArg(args, argNum)
				if p.prec < 0 {
					p.prec = 0
					p.precPresent = false
				}
				if !p.precPresent {
					p.WriteString("%!(BADPREC)")
				}
				afterIndex = false
			} else {
				p.prec, p.precPresent, i = number(format, i, end)
				if !p.precPresent {
					p.prec = 0
					p.precPresent = true
				}
			}
		}
		if !afterIndex {
			argNum, i, _ = p.argNumber(argNum, format, i, len(args))
		}
		if i >= end {
			p.WriteString("%!(NOVERB)")
			break
		}
		verb, size := utf8.DecodeRuneInString(format[i:])
		i += size
		switch {
		case verb == '%':
			p.WriteString("%")
		case !p.goodArg:
			p.WriteString("%!" + string(verb) + "(BADINDEX)")
		case argNum >= len(args):
			p.WriteString("%!" + string(verb) + "(MISSING)")
		default:
			if verb == 'w' {
				p.wrapped = append(p.wrapped, argNum)
			}
			if verb == 'w' || verb == 'v' {
				p.sharpV, p.sharp = p.sharp, false
				p.plusV, p.plus = p.plus, false
			}
			p.printArg(args[argNum], verb)
			argNum++
		}
	}
	if !p.reordered && argNum < len(args) {
		p.extra(args[argNum:])
	}
}

func (p *printer) extra(args []any) {
	p.formatFlags = formatFlags{}
	p.WriteString("%!(EXTRA ")
	for i, arg := range args {
		if i > 0 {
			p.WriteString(", ")
		}
		if arg == nil {
			p.WriteString("<nil>")
			continue
		}
		p.WriteString(unpack(arg).t.name + "=")
		p.printArg(arg, 'v')
	}
	p.WriteString(")")
}

func (p *printer) readFlags(format string, i int) int {
	p.formatFlags = formatFlags{}
	for ; i < len(format); i++ {
		switch format[i] {
		case '#':
			p.sharp = true
		case '0':
			p.zero = true
		case '+':
			p.plus = true
		case '-':
			p.minus = true
		case ' ':
			p.space = true
		default:
			return i
		}
	}
	return i
}

// tooLarge bounds widths and precisions as fmt does.
func tooLarge(x int) bool { return x > 1e6 || x < -1e6 }

func number(s string, start, end int) (num int, found bool, next int) {
	if start >= end {
		return 0, false, end
	}
	for next = start; next < end && '0' <= s[next] && s[next] <= '9'; next++ {
		if tooLarge(num) {
			return 0, false, end
		}
		num = num*10 + int(s[next]-'0')
		found = true
	}
	return
}

// intFromArg is an operand that a star asks for; its type may be a cell's own.
func intFromArg(args []any, argNum int) (num int, isInt bool, next int) {
	next = argNum
	if argNum >= len(args) {
		return 0, false, next
	}
	next++
	switch v := unpack(args[argNum]).v; v.Kind() {
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		n := v.Int()
		num, isInt = int(n), int64(int(n)) == n
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		n := v.Uint()
		num, isInt = int(n), int64(n) >= 0 && uint64(int(n)) == n
	}
	if !isInt || tooLarge(num) {
		return 0, false, next
	}
	return num, true, next
}

// bracketed reads the index at the start of a format, "[3]", counted from 0
// and how many bytes it takes.
func bracketed(format string) (index, width int, ok bool) {
	if len(format) < 3 {
		return 0, 1, false
	}
	for i := 1; i < len(format); i++ {
		if format[i] == ']' {
			n, found, next := number(format, 1, i)
			if !found || next != i {
				return 0, i + 1, false
			}
			return n - 1, i + 1, true
		}
	}
	return 0, 1, false
}

func (p *printer) argNumber(argNum int, format string, i, numArgs int) (newArgNum, next int, found bool) {
	if len(format) <= i || format[i] != '[' {
		return argNum, i, false
	}
	p.reordered = true
	index, width, ok := bracketed(format[i:])
	if ok && 0 <= index && index < numArgs {
		return index, i + width, true
	}
	p.goodArg = false
	return argNum, i + width, ok
}

// print puts spaces between operands when neither is a string.
func (p *printer) print(args []any) {
	wasString := false
	for i, arg := range args {
		isString := arg != nil && unpack(arg).t.kind == reflect.String
		if i > 0 && !isString && !wasString {
			p.WriteString(" ")
		}
		p.printArg(arg, 'v')
		wasString = isString
	}
}

func (p *printer) println(args []any) {
	for i, arg := range args {
		if i > 0 {
			p.WriteString(" ")
		}
		p.printArg(arg, 'v')
	}
	p.WriteString("\n")
}
