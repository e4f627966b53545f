// Package machine says what the machine is that a program runs on, where the
// standard library does not.
package machine
