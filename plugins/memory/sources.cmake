# Compiled into each backend whose objects live in memory, so that all its accesses are seen.
set(MEMORY_SOURCES)
foreach(part data guard guarded owned register rpc rwlock sequence sleeping_guards slot store stream
    sync topic)
  list(APPEND MEMORY_SOURCES ${CMAKE_SOURCE_DIR}/plugins/memory/${part}.cpp)
endforeach()
