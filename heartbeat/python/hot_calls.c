/* heartbeat._hot_calls: set(), mark() and add() without ctypes. They serve the usual calls; any
 * other (an argument of another type or by name, a number out of range, a closed beat) they leave
 * to the method in Python, which has the rules. They call the library that ctypes has loaded; this
 * is linked with none. */
#define Py_LIMITED_API 0x03080000 /* one file for Python 3.8 and later */
#include <Python.h>
#include <structmember.h>

#include "heartbeat/heartbeat.h"

static struct Functions { /* in the order of _library.py */
  __typeof__(heartbeat_flag_set)* flag_set;
  __typeof__(heartbeat_mark_n)* mark_n;
  __typeof__(heartbeat_gauge_set)* gauge_set;
  __typeof__(heartbeat_gauge_add)* gauge_add;
} library;

/* The base class of the sources. From Python 3.9 on, Python frees `pointer` together with the
 * object. */
typedef struct {
  PyObject head;
  PyObject* pointer; /* an int: where the library has the source; NULL once the beat is closed */
} Pointed;

/* What serves a call returns whether it was a usual one. `value` is the argument, or NULL. */

static int set_flag(void* flag, PyObject* value) {
  if (value != Py_True && value != Py_False) return 0;
  library.flag_set(flag, value == Py_True);
  return 1;
}

static int mark(void* events, PyObject* value) {
  const long long n = value == NULL ? 1 : PyLong_CheckExact(value) ? PyLong_AsLongLong(value) : -1;
  if (n >= 0) library.mark_n(events, (uint64_t)n);
  return n >= 0;
}

static int to_gauge(__typeof__(heartbeat_gauge_set)* call, void* gauge, PyObject* value) {
  if (value == NULL || !(PyFloat_CheckExact(value) || PyLong_CheckExact(value))) return 0;
  const double number = PyFloat_AsDouble(value);
  if (PyErr_Occurred()) return 0;
  call(gauge, number);
  return 1;
}
static int set_gauge(void* gauge, PyObject* value) {
  return to_gauge(library.gauge_set, gauge, value);
}
static int add_to_gauge(void* gauge, PyObject* value) {
  return to_gauge(library.gauge_add, gauge, value);
}

static inline PyObject* call(PyObject* self, PyObject* arguments, PyObject* names,
                             int (*serve)(void*, PyObject*), const char* in_python) {
  PyObject* const pointer = ((Pointed*)self)->pointer;
  const Py_ssize_t count = PyTuple_Size(arguments);
  if (pointer != NULL && count <= 1 && (names == NULL || PyDict_Size(names) == 0) &&
      serve(PyLong_AsVoidPtr(pointer), count == 1 ? PyTuple_GetItem(arguments, 0) : NULL))
    Py_RETURN_NONE;
  PyErr_Clear(); /* Python finds the mistake again */
  PyObject* const method = PyObject_GetAttrString(self, in_python);
  PyObject* const result = method != NULL ? PyObject_Call(method, arguments, names) : NULL;
  Py_XDECREF(method);
  return result;
}

#define METHOD(serve, name, help)                                                       \
  static PyObject* call_##serve(PyObject* self, PyObject* arguments, PyObject* names) { \
    return call(self, arguments, names, serve, "_" name);                               \
  }                                                                                     \
  static PyMethodDef method_##serve = {name, (PyCFunction)(void (*)(void))call_##serve, \
                                       METH_VARARGS | METH_KEYWORDS, name help}
METHOD(set_flag, "set",
       "($self, value, reason='')\n--\n\nTrue or False; anything else is a mistake. `reason` says "
       "why it is false.");
METHOD(mark, "mark", "($self, n=1)\n--\n\n`n` events happened now.");
METHOD(set_gauge, "set", "($self, value)\n--\n\n");
METHOD(add_to_gauge, "add", "($self, by)\n--\n\n");

/* methods(functions, Flag, Events, Gauge): for these subclasses of Pointed; with the address of a
 * struct Functions. */
static PyObject* methods(PyObject* module, PyObject* arguments) {
  PyObject* functions;
  PyTypeObject *flag, *events, *gauge;
  (void)module;
  if (!PyArg_ParseTuple(arguments, "OOOO", &functions, &flag, &events, &gauge)) return NULL;
  library = *(struct Functions*)PyLong_AsVoidPtr(functions);
  return Py_BuildValue(
      "NNNN", PyDescr_NewMethod(flag, &method_set_flag), PyDescr_NewMethod(events, &method_mark),
      PyDescr_NewMethod(gauge, &method_set_gauge), PyDescr_NewMethod(gauge, &method_add_to_gauge));
}

PyMODINIT_FUNC PyInit__hot_calls(void) {
  static PyMemberDef members[] = {
      {"_open_pointer", T_OBJECT_EX, offsetof(Pointed, pointer), 0, NULL}, {0}};
  static PyType_Slot slots[] = {{Py_tp_members, members}, {0, NULL}};
  static PyType_Spec pointed = {"heartbeat._hot_calls.Pointed", sizeof(Pointed), 0,
                                Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE, slots};
  static PyMethodDef functions[] = {{"methods", methods, METH_VARARGS, NULL}, {0}};
  static PyModuleDef hot_calls = {
      .m_base = PyModuleDef_HEAD_INIT, .m_name = "_hot_calls", .m_methods = functions};
  PyObject* const module = PyModule_Create(&hot_calls);
  if (module != NULL) PyModule_AddObject(module, "Pointed", PyType_FromSpec(&pointed));
  return module;
}
