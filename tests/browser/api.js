/*
 * api.js: what a test asks as a program, with the token of a person.
 */
import assert from 'node:assert/strict';
import { base } from './browser.js';

export async function ask(method, path, body, token = process.env.TOKEN, accept = 'application/json') {
	const answer = await fetch(base + path, { method, body: body && JSON.stringify(body), redirect: 'manual',
		headers: { Authorization: `Bearer ${token}`, Accept: accept, ...(body && { 'Content-Type': 'application/json' }) } });
	const text = await answer.text();

	return { status: answer.status, text, body: accept === 'application/json' ? JSON.parse(text) : text };
}

export async function must(method, path, body, token, accept) {
	const answer = await ask(method, path, body, token, accept);

	assert.ok(answer.status < 300, `${method} ${path}: ${answer.status} ${answer.text}`);
	return answer.body;
}

/* A run that was started; its address. */
export async function started(runbook, parameters = {}, environment = 'test') {
	const { id } = await must('POST', '/runs', { runbook, environment, parameters });

	await must('POST', `/runs/${id}/start`, {});
	return `/runs/${id}`;
}

export async function stepOf(run, id) {
	return (await must('GET', run)).steps.find((s) => s.id === id);
}

/* Executes or retries a step and waits until it is not at work any more. */
export async function execute(run, id, body = {}, verb = 'execute') {
	await must('POST', `${run}/steps/${id}/${verb}`, body);
	for (;;) {
		const step = await stepOf(run, id);

		if (!['requested', 'starting', 'running'].includes(step.state))
			return step;
		await new Promise((resume) => setTimeout(resume, 200));
	}
}
