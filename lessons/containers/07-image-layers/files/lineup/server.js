const express = require('express');
const log = require('pino')();
const lineup = require('./lineup.json');

const app = express();
app.get('/healthz', (request, response) => response.send('ok'));
app.get('/', (request, response) => response.json(lineup));
app.listen(8080, () => log.info('the line-up is up'));
