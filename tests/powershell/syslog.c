/* A syslog() that appends to the file TEST_LOG, to see what PowerShell logs. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void vsyslog(int priority, const char *format, va_list arguments)
{
    const char *path = getenv("TEST_LOG");
    FILE *log = path ? fopen(path, "a") : NULL;
    (void)priority;
    if (!log)
        return;
    vfprintf(log, format, arguments);
    fputc('\n', log);
    fclose(log);
}

void syslog(int priority, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsyslog(priority, format, arguments);
    va_end(arguments);
}

/* What the compiler makes of syslog() where it checks formats. */
void __syslog_chk(int priority, int flag, const char *format, ...)
{
    va_list arguments;
    (void)flag;
    va_start(arguments, format);
    vsyslog(priority, format, arguments);
    va_end(arguments);
}
