/*
 * page.c: the smallest FastCGI page: what our pages are measured against.
 *
 *	page WORKERS <listening socket on descriptor 0>
 *
 * As many processes accept as countersign-web has workers; each answers
 * with the same kilobyte and does nothing else.
 */
#include <fcgiapp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <signal.h>
#include <unistd.h>

static void
work(void)
{
	char body[1025];
	FCGX_Request fcgi;

	memset(body, 'x', sizeof(body) - 1);
	body[sizeof(body) - 1] = '\0';
	if (FCGX_Init() != 0 || FCGX_InitRequest(&fcgi, 0, 0) != 0)
		exit(1);
	while (FCGX_Accept_r(&fcgi) == 0) {
		FCGX_PutS("Content-Type: text/html; charset=utf-8\r\n"
			  "Cache-Control: no-store\r\n\r\n",
		    fcgi.out);
		FCGX_PutStr(body, sizeof(body) - 1, fcgi.out);
		FCGX_Finish_r(&fcgi);
	}
}

int
main(int argc, char **argv)
{
	long workers = argc == 2 ? strtol(argv[1], NULL, 10) : 0;

	for (long i = 1; i < workers; i++)
		if (fork() == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			break;
		}
	work();
	return 0;
}
