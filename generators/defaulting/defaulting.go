// Package defaulting fills in what a spec leaves out.
package defaulting

import "reflect"

// Value sets an empty value to its default.
func Value[T comparable](field *T, fallback T) {
	var zero T
	if *field == zero {
		*field = fallback
	}
}

// Pointer sets an absent value to its default; a value that is written down
// stays, zero and false included.
func Pointer[T any](field **T, fallback T) {
	if *field == nil {
		*field = &fallback
	}
}

// Block makes an absent block present and empty, so that its fields can be
// filled in, and returns it.
func Block[T any](field **T) *T {
	if *field == nil {
		*field = new(T)
	}
	return *field
}

// DeepCopy copies a spec with every block, list and map in it, so that filling
// in defaults never writes to what the caller passed in.
func DeepCopy[T any](spec T) T {
	return deepCopy(reflect.ValueOf(&spec).Elem()).Interface().(T)
}

func deepCopy(v reflect.Value) reflect.Value {
	out := reflect.New(v.Type()).Elem()
	out.Set(v)
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			out.Set(reflect.New(v.Type().Elem()))
			out.Elem().Set(deepCopy(v.Elem()))
		}
	case reflect.Interface:
		if !v.IsNil() {
			out.Set(deepCopy(v.Elem()))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			out.Field(i).Set(deepCopy(v.Field(i)))
		}
	case reflect.Map:
		if !v.IsNil() {
			out.Set(reflect.MakeMapWithSize(v.Type(), v.Len()))
			for _, key := range v.MapKeys() {
				out.SetMapIndex(key, deepCopy(v.MapIndex(key)))
			}
		}
	case reflect.Slice:
		if !v.IsNil() {
			out.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
			for i := range v.Len() {
				out.Index(i).Set(deepCopy(v.Index(i)))
			}
		}
	}
	return out
}
