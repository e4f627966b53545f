// Package own lets packages of mlkit hand each other memory that stays with its
// owner. Cells cannot name it, so they get copies, and values stay as they are.
package own

// Permit is asked for by functions that take over, or give, memory of a value.
// Whoever has one promises not to change that memory. The field keeps struct{}{}
// from being one.
type Permit struct{ _ struct{} }
