# Compiled into each backend whose objects live in a server process.
set(SERVER_SOURCES)
foreach(part cells codec connections framing machine poll remote sync_cells)
  list(APPEND SERVER_SOURCES ${CMAKE_SOURCE_DIR}/plugins/server/${part}.cpp)
endforeach()
