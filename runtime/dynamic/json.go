package dynamic

import (
	"bytes"
	"encoding/json"
	"reflect"
)

// JSON returns functions in the place of those of package encoding/json, and
// of two methods: "Encoder.Encode" and "Decoder.Decode" take the encoder or
// decoder as their first operand.
func JSON() map[string]reflect.Value {
	return map[string]reflect.Value{
		"Marshal":        reflect.ValueOf(Marshal),
		"MarshalIndent":  reflect.ValueOf(MarshalIndent),
		"Unmarshal":      reflect.ValueOf(Unmarshal),
		"Decoder.Decode": reflect.ValueOf(DecodeFrom),
		"Encoder.Encode": reflect.ValueOf(EncodeTo),
	}
}

// Marshal is json.Marshal.
func Marshal(v any) ([]byte, error) {
	x, err := Encode(v)
	if err != nil {
		return nil, err
	}
	return json.Marshal(x)
}

// MarshalIndent is json.MarshalIndent.
func MarshalIndent(v any, prefix, indent string) ([]byte, error) {
	data, err := Marshal(v)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := json.Indent(&b, data, prefix, indent); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// EncodeTo is enc.Encode(v).
func EncodeTo(enc *json.Encoder, v any) error {
	x, err := Encode(v)
	if err != nil {
		return err
	}
	return enc.Encode(x)
}
