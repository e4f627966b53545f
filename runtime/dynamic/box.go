// Package dynamic gives values whose types the interpreter has erased the
// behaviour that Go gives to their types.
//
// The interpreter runs Go in which a cell's own types are gone: a Color is an
// int, a struct is a struct without a name. Only where a value is converted to
// an interface does its type matter, and there the lowered code makes a [Box],
// which holds the type beside the value. This package prints, compares,
// asserts, calls and encodes boxes as Go does with the values they stand for,
// and hands them to compiled code that asks for an interface.
//
// An interface value of a cell is nil, a box, or a native value: one whose
// reflect type says all about it.
//
// The package knows nothing of the interpreter, and it does not decide which
// values are boxed.
package dynamic

// Box is a value of a cell's own type in an interface. V is in the target
// form: basic types are their underlying ones, structs have their fields at
// the same indexes, interfaces are any, and a func stands in a
// struct{ F func(…) } of its own. Boxes are compared by Go's == as the values
// they hold would be.
type Box struct {
	T *Type
	V any
}

// boxed is a box in a form that compiled code knows.
type boxed interface{ box() Box }

func (b Box) box() Box { return b }
