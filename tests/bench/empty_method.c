/* The least that a call from Python costs: a method in C that does nothing. mark.py compares with
 * it. */
#define Py_LIMITED_API 0x03080000
#include <Python.h>

static PyObject* call(PyObject* self, PyObject* none) {
  (void)self;
  (void)none;
  Py_RETURN_NONE;
}

PyMODINIT_FUNC PyInit_empty_method(void) {
  static PyMethodDef methods[] = {{"call", call, METH_NOARGS, NULL}, {0}};
  static PyType_Slot slots[] = {{Py_tp_methods, methods}, {0, NULL}};
  static PyType_Spec type = {"empty_method.Empty", sizeof(PyObject), 0, Py_TPFLAGS_DEFAULT, slots};
  static PyModuleDef definition = {.m_base = PyModuleDef_HEAD_INIT, .m_name = "empty_method"};
  PyObject* const module = PyModule_Create(&definition);
  if (module != NULL) PyModule_AddObject(module, "Empty", PyType_FromSpec(&type));
  return module;
}
